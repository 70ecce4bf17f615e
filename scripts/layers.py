#!/usr/bin/env python3
"""Includes point one way: each folder may include only what its line allows. Prints each violation; exit status 1 if any."""
import pathlib
import re
import subprocess
import sys

BASE = ["base/"]
DOMAIN = BASE + ["core/", "storage/journal/row.h"]
# The first matching prefix of a file decides.
RULES = [
    ("base/", BASE),
    ("core/", BASE + ["core/"]),
    ("proto/", DOMAIN + ["proto/", "holdfast/v1/", "google/rpc/"]),
    ("storage/fleet/", DOMAIN + ["storage/"]),
    ("storage/", BASE + ["storage/"]),
    ("profiles/", BASE + ["core/", "profiles/"]),
    ("sim/vfs/", BASE + ["storage/sqlite/", "sim/vfs/"]),
    ("sim/darwin/", BASE + ["core/", "sim/", "agent/session/darwin/"]),
    ("sim/", BASE + ["core/", "profiles/", "sim/", "agent/session/session.h", "agent/signals/"]),
    ("agent/session/", BASE + ["core/", "sim/", "profiles/", "agent/session/", "agent/signals/"]),
    ("agent/signals/parse/", BASE + ["core/", "profiles/plist/", "profiles/mobileconfig/source.h", "agent/signals/parse/"]),
    ("agent/signals/", BASE + ["core/", "sim/", "agent/session/", "agent/signals/"]),
    ("agent/platform/", BASE + ["core/", "proto/wire/agent_messages.h", "agent/signals/", "agent/session/", "agent/platform/"]),
    ("agent/doctor/", BASE + ["core/", "sim/", "agent/session/darwin/", "agent/session/session.h", "agent/platform/posix/run_program.h", "agent/platform/state_files.h", "agent/signals/", "agent/doctor/"]),
    ("agent/helper/", BASE + ["core/facts.h", "holdfast/v1/", "agent/control/", "agent/session/darwin/", "agent/platform/posix/run_program.h", "agent/helper/"]),
    ("agent/ctl/", BASE + ["core/", "proto/", "holdfast/v1/", "storage/journal/", "profiles/preferences/", "profiles/bundle/", "profiles/docs/", "profiles/generate/", "profiles/compare/", "profiles/files/", "profiles/lint/", "profiles/mobileconfig/", "profiles/signature/", "profiles/spec/", "agent/control/",
                           "agent/signals/parse/", "agent/platform/posix/run_program.h", "agent/ctl/", "agent/doctor/"]),
    ("agent/", BASE + ["core/", "storage/", "profiles/", "proto/", "holdfast/v1/", "sim/", "agent/"]),
    ("server/admin/", BASE + ["core/", "proto/", "holdfast/v1/", "profiles/files/", "profiles/lint/", "server/admin/", "server/app/log.h",
                              "server/app/ready_file.h", "server/rpc/admin_codec.h", "server/service/admin_messages.h", "server/service/report_bytes.h"]),
    ("server/", BASE + ["core/", "storage/", "profiles/", "proto/", "holdfast/v1/", "server/"]),
    ("server-mock/swarm/", BASE + ["core/", "storage/", "proto/", "holdfast/v1/", "agent/uplink/", "agent/journal/", "agent/platform/state_files.h", "server/app/", "server/admin/", "server-mock/swarm/"]),
    ("server-mock/", BASE + ["core/", "storage/", "proto/", "holdfast/v1/", "server/", "server-mock/"]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
OURS = re.compile(r"^(base|core|proto|storage|profiles|sim|agent|server|server-mock|tests|holdfast/v1|google/rpc)/")


def main() -> int:
    bad = 0
    for name in subprocess.check_output(["git", "ls-files", "*.cc", "*.h"], text=True).split():
        allowed = next((a for prefix, a in RULES if name.startswith(prefix)), None)
        if allowed is None:
            continue
        for include in INCLUDE.findall(pathlib.Path(name).read_text()):
            if OURS.match(include) and not any(include.startswith(a) for a in allowed):
                print(f"{name}: may not include {include}")
                bad += 1
    return 1 if bad else 0


sys.exit(main())
