"""Changes of the small workspace, by hand: one for every way in which a lock goes stale, or not.

What the real Poetry does to each lock that a change reaches stands in `table.toml`.
"""

from __future__ import annotations

from tests.lock_oracle import cases_locks as locks
from tests.lock_oracle import cases_members as members
from tests.lock_oracle import cases_packages as packages
from tests.lock_oracle import cases_shared as shared

CASES = (
    *packages.NOTHING,
    *shared.SHARED_DEPENDENCIES,
    *shared.SHARED_CONDITIONS,
    *shared.SHARED_ITSELF,
    *shared.SHARED_PATHS,
    *packages.BELOW,
    *packages.MODERNS,
    *packages.OTHER_BACK_ENDS,
    *members.MEMBERS,
    *locks.BY_HAND,
)
