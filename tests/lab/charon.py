"""strongSwan's charon in a namespace, with a configuration, a VICI socket and a log of its own."""

import os
import signal
import subprocess
import time

from network import CLIENT, GATEWAY, GATEWAY_ADDRESS, run
from children import tied  # of scripts/, which network puts on the path

PLUGINS = ("random nonce openssl aes sha1 sha2 hmac kdf gcm pem pkcs1 pkcs8 x509 pubkey constraints curve25519 "
           "kernel-libipsec kernel-netlink socket-default vici updown")

# Userspace ESP (kernel-libipsec), because it works on every kernel. The short timers make a dead gateway known within
# DPD's 2 s and four sends a second apart. The client marks its own packets, so that they never loop into its tunnel.
DAEMON = """charon-systemd {{
  load = {plugins}
  install_virtual_ip = yes
  retransmit_timeout = 1.0
  retransmit_base = 1.0
  retransmit_tries = 3
  journal {{ default = -1 }}
  filelog {{
    lab {{
      path = {log}
      time_format = %H:%M:%S
      time_add_ms = yes
      flush_line = yes
      append = yes
      default = 1
    }}
  }}
  plugins {{
    vici {{ socket = unix://{socket} }}
    kernel-libipsec {{ allow_peer_ts = yes }}
    {marks}
  }}
}}
swanctl {{ load = random nonce openssl pem pkcs1 pkcs8 x509 pubkey }}
"""
CLIENT_MARKS = "socket-default { fwmark = 0x42 }\n    kernel-netlink { fwmark = !0x42 }"

SECRETS = """secrets {
  ike-lab {
    id-1 = gateway.lab.example
    id-2 = client.lab.example
    secret = "a lab's secret, of no other use"
  }
}
"""
GATEWAY_CONNECTIONS = f"""connections {{
  road {{
    version = 2
    local_addrs = {GATEWAY_ADDRESS}
    proposals = aes256-sha256-x25519
    pools = inside
    unique = replace
    dpd_delay = 30s
    local {{ auth = psk
            id = gateway.lab.example }}
    remote {{ auth = psk
             id = client.lab.example }}
    children {{
      net {{
        local_ts = 10.66.0.0/24
        esp_proposals = aes128gcm16-x25519
      }}
    }}
  }}
}}
pools {{ inside {{ addrs = 10.77.0.0/24 }} }}
"""
# Nothing here starts or restarts anything: that is the agent's work.
CLIENT_CONNECTIONS = f"""connections {{
  lab {{
    version = 2
    remote_addrs = {GATEWAY_ADDRESS}
    vips = 0.0.0.0
    proposals = aes256-sha256-x25519
    keyingtries = 1
    dpd_delay = 2s
    local {{ auth = psk
            id = client.lab.example }}
    remote {{ auth = psk
             id = gateway.lab.example }}
    children {{
      net {{
        remote_ts = 10.66.0.0/24
        esp_proposals = aes128gcm16-x25519
        dpd_action = clear
        start_action = none
        close_action = none
      }}
    }}
  }}
}}
"""


class Charon:
    def __init__(self, network, place, folder):
        self.network, self.place = network, place
        self.folder = os.path.join(folder, place)
        self.socket = os.path.join(self.folder, "vici")
        self.process = None
        os.makedirs(self.folder)
        marks = CLIENT_MARKS if place == CLIENT else ""
        connections = CLIENT_CONNECTIONS if place == CLIENT else GATEWAY_CONNECTIONS
        self._write("strongswan.conf", DAEMON.format(plugins=PLUGINS, log=os.path.join(self.folder, "charon.log"),
                                                     socket=self.socket, marks=marks))
        self._write("swanctl.conf", connections + SECRETS)
        self.environment = dict(os.environ, STRONGSWAN_CONF=os.path.join(self.folder, "strongswan.conf"),
                                SWANCTL_DIR=self.folder)

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        # A dead charon leaves its socket file behind.
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        with open(os.path.join(self.folder, "output"), "ab") as output:
            self.process = subprocess.Popen(tied([*self.network.inside(self.place), "charon-systemd"]),
                                            env=self.environment, stdout=output, stderr=output)
        limit = time.monotonic() + 20
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"charon in the {self.place} did not start; see {self.folder}/output")
            time.sleep(0.02)

    def load(self):
        self.swanctl("--load-all", "--noprompt", "--file", os.path.join(self.folder, "swanctl.conf"))

    def swanctl(self, command, *arguments):
        done = subprocess.run(["swanctl", command, *arguments, "--uri", f"unix://{self.socket}"], env=self.environment,
                              capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"swanctl {command} in the {self.place}: {done.stderr.strip() or done.stdout.strip()}")

    def kill(self):
        """As a crash: its sockets, routes and tunnel device go with it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        run(*self.network.inside(self.place), "ip", "rule", "del", "table", "220", check=False)
