"""PostgreSQL's own log, read back as the time of each statement."""

from bench.sql_times import durations

_LOG = """\
71 PARSE LOG:  duration: 0.500 ms
71 BIND LOG:  duration: 1.000 ms
72 BIND LOG:  duration: 0.250 ms
71 SELECT LOG:  duration: 2.000 ms
72 UPDATE LOG:  duration: 80.000 ms
71 COMMIT LOG:  duration: 0.125 ms
70  LOG:  checkpoint starting: time
71 SELECT ERROR:  canceling statement due to statement timeout
71 BIND LOG:  duration: 4.000 ms
"""


def test_a_statement_takes_what_all_its_steps_took_on_its_own_connection() -> None:
    assert durations(_LOG.splitlines(keepends=True)) == [3.5, 80.25, 0.125]
