#!/bin/sh
# Gets Slurm for the tests of the farm: slurmctld, slurmd, munge, and slurmdbd with MariaDB. Starts none of them; says why where they cannot be had.
set -u
refuse() { echo "Slurm could not be installed: $1. Its tests are skipped."; exit 1; }
programs='slurmctld slurmd munged sbatch squeue scontrol sinfo scancel'
database='slurmdbd mariadbd mariadb-install-db'
has() { for program; do PATH=$PATH:/usr/sbin command -v "$program" > /dev/null || return 1; done; }
# shellcheck disable=SC2086
has $programs $database && exit 0
command -v apt-get > /dev/null || refuse 'there is no apt-get'
[ "$(id -u)" = 0 ] || refuse 'apt-get needs root'
# Their packages would start services of the whole machine; a file that is there already stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
get() {
  DEBIAN_FRONTEND=noninteractive timeout "${RCC_SETUP_SECONDS:-120}" apt-get -qq -o DPkg::Lock::Timeout=60 install -y --no-install-recommends "$@" > /dev/null 2>&1
}
timeout 60 apt-get -qq update > /dev/null 2>&1
get slurmctld slurmd slurm-client munge || refuse 'apt-get found no way to its packages'
get slurmdbd mariadb-server || echo 'slurmdbd could not be installed: Slurm is tested without its database.'
