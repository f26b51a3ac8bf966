"""What of the audit log is told to whom it concerns, in kinds that a person understands."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class SecurityEventKind(StrEnum):
    """What happened to an account."""

    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    REGISTERED_AGAIN = "REGISTERED_AGAIN"
    ACCOUNT_DELETED = "ACCOUNT_DELETED"
    ACCOUNT_RETURNED = "ACCOUNT_RETURNED"
    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    IDENTITY_CONFIRMED = "IDENTITY_CONFIRMED"
    CONFIRMATION_FAILED = "CONFIRMATION_FAILED"
    SESSIONS_ENDED = "SESSIONS_ENDED"
    SESSION_STOLEN = "SESSION_STOLEN"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a name
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"  # noqa: S105 - a name
    EMAIL_CHANGED = "EMAIL_CHANGED"
    EMAIL_VERIFIED = "EMAIL_VERIFIED"
    WAY_IN_ADDED = "WAY_IN_ADDED"
    WAY_IN_REMOVED = "WAY_IN_REMOVED"
    SECOND_FACTOR_CHANGED = "SECOND_FACTOR_CHANGED"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    TOKEN_CREATED = "TOKEN_CREATED"  # noqa: S105 - a name
    ROLE_CHANGED = "ROLE_CHANGED"
    SUSPENDED = "SUSPENDED"
    RESTORED = "RESTORED"
    DATA_EXPORTED = "DATA_EXPORTED"


_Kind: Final = SecurityEventKind
KINDS: Final[Mapping[str, SecurityEventKind]] = {
    "user_created": _Kind.ACCOUNT_CREATED,
    "user_registered_again": _Kind.REGISTERED_AGAIN,
    "user_deleted": _Kind.ACCOUNT_DELETED,
    "user_deleted_fail": _Kind.CONFIRMATION_FAILED,
    "user_deletion_cancelled": _Kind.ACCOUNT_RETURNED,
    "authn_login_success": _Kind.SIGNED_IN,
    "authn_login_fail": _Kind.SIGN_IN_FAILED,
    "authn_second_factor_fail": _Kind.SIGN_IN_FAILED,
    "authn_confirmed": _Kind.IDENTITY_CONFIRMED,
    "authn_confirmation_fail": _Kind.CONFIRMATION_FAILED,
    "authn_password_change": _Kind.PASSWORD_CHANGED,
    "authn_password_change_fail": _Kind.CONFIRMATION_FAILED,
    "authn_password_reset_requested": _Kind.PASSWORD_RESET_REQUESTED,
    "authn_token_created": _Kind.TOKEN_CREATED,
    "authn_token_revoked": _Kind.SESSIONS_ENDED,
    "authn_token_reuse": _Kind.SESSION_STOLEN,
    "session_expired": _Kind.SESSIONS_ENDED,
    "email_change_requested": _Kind.EMAIL_CHANGED,
    "email_changed": _Kind.EMAIL_CHANGED,
    "email_verified": _Kind.EMAIL_VERIFIED,
    "identity_linked": _Kind.WAY_IN_ADDED,
    "identity_unlinked": _Kind.WAY_IN_REMOVED,
    "authn_passkey_added": _Kind.WAY_IN_ADDED,
    "authn_passkey_removed": _Kind.WAY_IN_REMOVED,
    "authn_passkey_copied": _Kind.SIGN_IN_FAILED,
    "ways_in_removed": _Kind.WAY_IN_REMOVED,
    "authn_totp_added": _Kind.SECOND_FACTOR_CHANGED,
    "authn_totp_removed": _Kind.SECOND_FACTOR_CHANGED,
    "authn_recovery_codes_replaced": _Kind.SECOND_FACTOR_CHANGED,
    "authn_recovery_code_used": _Kind.RECOVERY_CODE_USED,
    "privilege_permissions_changed": _Kind.ROLE_CHANGED,
    "user_suspended": _Kind.SUSPENDED,
    "user_restored": _Kind.RESTORED,
    "export_requested": _Kind.DATA_EXPORTED,
    "export_opened": _Kind.DATA_EXPORTED,
    "export_downloaded": _Kind.DATA_EXPORTED,
}
"""The audit log's events that are told, and the kind each is told as."""

UNTOLD: Final[Mapping[str, str]] = {
    "session_created": "comes with every authn_login_success",
    "authn_totp_started": "guards nothing yet",
    "email_verification_requested": "changes nothing",
    "post_deleted": "content, not the account",
    "comment_deleted": "content, not the account",
    "operations_trusted": "the operator's",
    "operations_retired": "the operator's",
    "excess_rate_limit_exceeded": "what somebody tried too often, whose tries that failed are told",
    "malicious_csrf": "whose browser it was is not known",
    "malicious_cors": "whose browser it was is not known",
    "sys_startup": "the operator's",
    "sys_shutdown": "the operator's",
    "sys_crash": "the operator's",
    "authz_fail": "what somebody tried and did not do",
    "sensitive_read": "who looks at the audit log is for those who may look, too",
    "user_purged": "there is nobody left to be told",
    "audit_person_erased": "there is nobody left to be told",
    "audit_addresses_shortened": "concerns nobody",
}
"""The other events, each with the reason why it is not."""
