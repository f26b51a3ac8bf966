"""Every length and count that a rule checks and a CHECK constraint repeats, so that both read one number.

Lengths are code points, which is what PostgreSQL's `length()` counts; a code point is at most 4 bytes of
UTF-8, so a length bounds the bytes as well. Names ending in `_BYTES` are bytes of UTF-8.
"""

POST_LENGTH = 5000
COMMENT_LENGTH = 2000
COMMENT_DEPTH = 8
ALT_TEXT = 1500

USERNAME = (3, 30)
DISPLAY_NAME = 50
BIO = 500
URL = 2048

EMAIL = 254  # RFC 5321 §4.5.3.1.3: 256 octets with the angle brackets
EMAIL_LOCAL = 64  # RFC 5321 §4.5.3.1.1
PASSWORD = 8
PASSWORD_BYTES = 1024

SUSPENSION_REASON = 500

SEARCH = 256
PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
NODES = 100

# Mastodon's figure; it also bounds the work of one home feed.
FOLLOWING = 7500

# Identifiers are positive and fit 53 bits: exact in JavaScript and in a Redis score.
MAX_ID = 2**53 - 1

# How long a deleted account can be taken back, and how long a deleted post is kept for moderators to look at.
DELETION_GRACE_DAYS = 30
TOMBSTONE_DAYS = 30
