"""How knotd and the unbounds of the DNS lab are configured."""

from tests.doubles.dns_zones import KEY, OTHER_KEY

KNOT = """\
server:
  rundir: "{run}"
  listen: [ 127.0.0.1@{port} ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 2
control:
  listen: "{run}/knot.sock"
database:
  storage: "{run}/db"
log:
  - target: stderr
    any: warning
policy:
  - id: one-key
    algorithm: ecdsap256sha256
    single-type-signing: on
    manual: on
template:
  - id: default
    storage: "{run}/zones"
    file: "%s.zone"
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
  - id: signed
    storage: "{run}/zones"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    dnssec-signing: on
    dnssec-policy: one-key
zone:
"""
# A name server that is silent for the longest timeout is given up for seconds: on a busy machine any may
# be, for a moment. Below 1,000 ms, unbound's arithmetic never forgives it.
UNBOUND = """\
server:
  directory: "{run}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  interface: 127.0.0.1@{port}
  port: {port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  num-threads: 1
  module-config: "validator iterator"
  trust-anchor-file: "{run}/anchor.key"
  trust-anchor-signaling: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  val-bogus-ttl: 0
  infra-host-ttl: 0
  infra-cache-min-rtt: 500
  infra-cache-max-rtt: 2000
  target-fetch-policy: "0 0 0 0 0"
  aggressive-nsec: no
{more}
remote-control:
  control-enable: no
"""
OTHER_ANSWERS = f"""\
  local-zone: "differs.plain.test." redirect
  local-data: 'differs.plain.test. 0 IN TXT "{OTHER_KEY}"'
  local-zone: "lonely.plain.test." redirect
  local-data: 'lonely.plain.test. 0 IN TXT "{KEY}"'
"""
