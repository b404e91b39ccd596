#!/bin/sh
# Builds, checks and times one network with trtexec, and keeps what that gave in a folder of its own, which `rcc collect` reads.
#   sh run.sh [FOLDER]     FOLDER must be new; without it: attempts/1, attempts/2, … beside this script
# It needs a POSIX shell and trtexec, and asks nvidia-smi where there is one. It writes into FOLDER only.
#   TRTEXEC, NVIDIA_SMI    the programs, where they are not found
#   CUDA_VISIBLE_DEVICES   the GPU
#   RCC_CLOCKS             auto (lock the clocks if that is allowed, and release them at the end), slurm (Slurm has set them), none
#   RCC_CLOCK_MHZ          the clock to lock to; default: the highest
# It ends with 0: all batches are timed; 1: none is; 3: some are; 143: it was told to end; 2: it could not begin.
set -u
LC_ALL=C
CUDA_DEVICE_ORDER=PCI_BUS_ID
export LC_ALL CUDA_DEVICE_ORDER

#@SETTINGS

say() {
  printf 'rcc: %s\n' "$*"
}

# note NAME TEXT: one line of env.txt
note() {
  printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr '\n\r' '  ')" >>"$attempt/env.txt"
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$@"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$@"
  else
    return 1
  fi
}

# digest_of FILE: without the name
digest_of() {
  digest <"$1" | cut -d ' ' -f 1
}

# --- The end -------------------------------------------------------------------------------------------------------------------------------------

stop_sampling() {
  [ -n "$sampler" ] || return 0
  kill "$sampler" 2>/dev/null
  wait "$sampler" 2>/dev/null
  sampler=
}

restore_clocks() {
  [ -n "$locked" ] || return 0
  "$smi" -i "$gpu_id" -rgc >/dev/null 2>&1
  locked=
  [ -z "$guard" ] || kill "$guard" 2>/dev/null
}

# finish STATE REASON CODE
finish() {
  trap '' TERM INT HUP
  stop_sampling
  restore_clocks
  [ -z "$tegra" ] || kill "$tegra" 2>/dev/null
  ended=$(date +%s)
  # What was kept free makes room for the last words on a full disk.
  rm -f "$attempt/reserve" "$attempt/timing.cache" "$attempt/timing.cache.lock"
  list=
  for batch in $timed; do list="$list${list:+,}$batch"; done
  if printf '{"schemaVersion":1,"state":"%s","reason":"%s","signal":"%s","timed":[%s],"startedAt":%s,"endedAt":%s}\n' \
    "$1" "$2" "$signal" "$list" "$started" "$ended" >"$attempt/exit.json.partial"; then
    mv -f "$attempt/exit.json.partial" "$attempt/exit.json"
  fi
  say "$1${2:+ ($2)}, timed:${timed:- none}; $attempt"
  exit "$3"
}

on_signal() {
  signal=$1
  trap '' TERM INT HUP
  if [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null
    (sleep 5 && kill -KILL "$child") </dev/null >/dev/null 2>&1 &
    killer=$!
    wait "$child" 2>/dev/null
    kill "$killer" 2>/dev/null
  fi
  finish timeout signal 143
}

# --- The GPU -------------------------------------------------------------------------------------------------------------------------------------

# ask FIELDS: a line of values
ask() {
  "$smi" "--query-gpu=$1" --format=csv,noheader,nounits -i "$gpu_id" 2>/dev/null
}

find_gpu() {
  gpu_id=$(printf '%s' "${CUDA_VISIBLE_DEVICES:-}" | cut -d , -f "$((device + 1))")
  gpu_id=${gpu_id:-$device}
  smi=$(command -v "${NVIDIA_SMI:-nvidia-smi}" 2>/dev/null) || smi=
  found=
  query=
  if [ -n "$smi" ]; then
    for fields in $gpu_queries; do
      found=$(ask "$fields") && break
      found=
    done
    for fields in $state_queries; do
      if ask "$fields" >/dev/null; then
        query=$fields
        break
      fi
    done
    cuda=$("$smi" 2>/dev/null | sed -n 's/.*CUDA[A-Z ]* Version: *\([0-9.]*\).*/\1/p' | head -n 1)
  fi
  # What does not answer is not asked again.
  [ -n "$query" ] || smi=
  note gpu "$found"
  note query "$query"
  note cuda "${cuda:-}"
}

# Is the GPU the one that this kit is for? What nobody tells is looked up in trtexec's own words later.
check_gpu() {
  [ -n "$found" ] || return 0
  name=$(printf ' %s ' "$(printf '%s' "$found" | cut -d , -f 2)" | tr -c 'A-Za-z0-9\n' ' ' | tr 'A-Z' 'a-z')
  case $name in *"$gpu_word"*) ;; *) finish failed gpu-other 1 ;; esac
  compute=$(printf '%s' "$found" | cut -d , -f 6 | tr -d ' ')
  [ -z "$compute" ] || [ "$compute" = "$capability" ] || finish failed gpu-other 1
}

# sample PHASE STEP: one line of clocks.csv: when, how many processes compute on the GPU, its state
sample() {
  [ -n "$smi" ] || return 0
  state=$(ask "$query" | tail -n 1)
  [ -n "$state" ] || return 0
  busy=$("$smi" --query-compute-apps=pid --format=csv,noheader -i "$gpu_id" 2>/dev/null | grep -c '^ *[0-9]')
  printf '%s, %s, %s, %s, %s\n' "$1" "$2" "$(date +%s)" "$busy" "$state" >>"$attempt/clocks.csv"
}

start_sampling() {
  [ -n "$smi" ] || return 0
  (while sleep 1 && kill -0 $$; do sample during "$1"; done) </dev/null >/dev/null 2>&1 &
  sampler=$!
}

lock_clocks() {
  policy=${RCC_CLOCKS:-auto}
  [ "$policy" != auto ] || [ -z "${SLURM_GPU_FREQ:-}" ] || policy=slurm
  note clocks "$policy"
  [ "$policy" = auto ] && [ -n "$smi" ] || return 0
  clock=${RCC_CLOCK_MHZ:-$(ask clocks.max.sm | tr -cd '0-9')}
  [ -n "$clock" ] || return 0
  # Clocks must not stay locked when this script is killed, be it the moment after they are: the guard is there first.
  (while kill -0 $$; do sleep 2; done; "$smi" -i "$gpu_id" -rgc) </dev/null >/dev/null 2>&1 &
  guard=$!
  locked=$clock
  if "$smi" -i "$gpu_id" -lgc "$clock,$clock" >/dev/null 2>&1; then
    note locked "$locked"
  else
    kill "$guard" 2>/dev/null
    locked=
  fi
}

# --- Before ---------------------------------------------------------------------------------------------------------------------------------------

find_trtexec() {
  for place in "${TRTEXEC:-trtexec}" "${TENSORRT_HOME:-/nowhere}/bin/trtexec" /usr/src/tensorrt/bin/trtexec /opt/tensorrt/bin/trtexec; do
    trtexec=$(command -v "$place" 2>/dev/null) && return 0
  done
  finish failed trtexec-missing 1
}

# Four digits are 8.x and 9.x, six are 10 and later.
read_release() {
  "$trtexec" --help >"$attempt/banner.log" 2>&1 &
  child=$!
  wait "$child"
  child=
  banner=$(grep -m 1 'TensorRT.trtexec \[TensorRT v[0-9]' "$attempt/banner.log" | sed 's/^.*\(\[TensorRT v.*\]\).*$/\1/')
  note banner "$banner"
  number=$(printf '%s' "$banner" | sed -n 's/^\[TensorRT v\([0-9]*\)\].*$/\1/p')
  case $number in
    ????) order=$((number / 1000 * 10000 + number % 1000)) ;;
    ??????) order=$number ;;
    *) finish failed trtexec-silent 1 ;;
  esac
  rm -f "$attempt/banner.log"
}

check_kit() {
  kit_digest=
  if digest </dev/null >/dev/null 2>&1; then
    kit_digest=$(digest_of kit.sha256)
    changed=$(digest -c kit.sha256 2>/dev/null | grep -v ': OK$')
    if [ -n "$changed" ] || [ -z "$kit_digest" ]; then
      note changed "$changed"
      finish failed kit-changed 1
    fi
  fi
  note kit "$kit_digest"
}

check_disk() {
  free=$(df -Pk "$attempt" 2>/dev/null | tail -n 1 | sed 's/^.* \([0-9][0-9]*\)  *[0-9][0-9]*% .*$/\1/')
  note free_kib "$free"
  case $free in
    *[!0-9]* | '') ;;
    *) [ "$free" -ge "$needed_kib" ] || finish failed disk-full 1 ;;
  esac
  dd if=/dev/zero of="$attempt/reserve" bs=1024 count=16 >/dev/null 2>&1 || finish failed disk-full 1
}

# --- Steps ----------------------------------------------------------------------------------------------------------------------------------------

# run KIND BATCH LOG ARGUMENT...
run() {
  kind=$1 batch=$2 log=$3
  shift 3
  say "$kind, batch $batch"
  began=$(date +%s)
  "$trtexec" "$@" >"$attempt/$log" 2>&1 &
  child=$!
  wait "$child"
  status=$?
  child=
  printf '%s %s %s %s %s\n' "$kind" "$batch" "$status" "$(($(date +%s) - began))" "$log" >>"$attempt/steps.txt" || return 74
  return "$status"
}

# reuse ENGINE FILE...: takes the engine and what belongs to it from another attempt that built the same here
reuse() {
  built=$1
  [ -n "$kit_digest" ] || return 1
  identity=$(printf '%s\n' "$kit_digest" "$banner" "$built_on" "$built" | digest | cut -d ' ' -f 1)
  for earlier in "$attempt"/../*/; do
    made=$(sed -n "s/^$identity //p" "$earlier$built.built" 2>/dev/null)
    [ -n "$made" ] && [ "$(digest_of "$earlier$built" 2>/dev/null)" = "$made" ] || continue
    for file; do
      [ -f "$earlier$file" ] || continue
      ln "$earlier$file" "$attempt/$file" 2>/dev/null || cp "$earlier$file" "$attempt/$file" || return 1
    done
    cp "$earlier$built.built" "$attempt/$built.built"
    return
  done
  return 1
}

# build BATCH ENGINE LAYERS LOG ARGUMENT...
build() {
  engine=$2 layers=$3
  if reuse "$engine" "$layers" "$4"; then
    say "build, batch $1: taken from an earlier attempt"
    printf 'build %s 0 0 %s\n' "$1" "$4" >>"$attempt/steps.txt"
    return
  fi
  size=$1 log=$4
  shift 4
  run build "$size" "$log" "$@" || return
  [ -s "$attempt/$engine" ] || return 1
  told=$(sed -n 's/^.*Compute Capability: \([0-9.]*\).*$/\1/p' "$attempt/$log" | head -n 1)
  [ -z "$told" ] || [ "$told" = "$capability" ] || finish failed gpu-other 1
  [ -z "$kit_digest" ] || printf '%s %s\n' "$identity" "$(digest_of "$attempt/$engine")" >"$attempt/$engine.built"
}

# measure BATCH LOG ARGUMENT...
measure() {
  size=$1
  sample before "$size"
  start_sampling "$size"
  shift
  run time "$size" "$@"
  ending=$?
  stop_sampling
  sample after "$size"
  return "$ending"
}

# settle BATCH STATUS
settle() {
  if [ "$2" -eq 0 ]; then timed="$timed $1"; else broken="$broken $1"; fi
}

#@PLANS

# --- All of it ------------------------------------------------------------------------------------------------------------------------------------

umask 022
started=$(date +%s)
child='' sampler='' guard='' locked='' tegra='' signal='' smi='' timed='' broken='' cuda=''
kit=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 2
if [ $# -gt 0 ]; then
  mkdir -p -- "$1" || exit 2
  attempt=$(CDPATH='' cd -- "$1" && pwd -P) || exit 2
else
  mkdir -p "$kit/attempts" || exit 2
  count=1
  until mkdir "$kit/attempts/$count" 2>/dev/null; do
    [ -d "$kit/attempts/$count" ] || exit 2
    count=$((count + 1))
  done
  attempt=$kit/attempts/$count
fi
# Nothing of another attempt is written over, and of two that start at once one is refused.
if ! (set -C && : >"$attempt/env.txt") 2>/dev/null; then
  say "$attempt: this folder is another attempt's, or cannot be written. Name a new one." >&2
  exit 2
fi
cd "$kit" || exit 2
trap 'on_signal TERM' TERM
trap 'on_signal INT' INT
trap 'on_signal HUP' HUP

note host "$(uname -n)"
note system "$(uname -s) $(uname -m)"
note started "$started"
note slurm "${SLURM_JOB_ID:-}${SLURM_RESTART_COUNT:+.$SLURM_RESTART_COUNT}"
note node "${SLURMD_NODENAME:-}"
check_disk
check_kit
find_trtexec
note trtexec "$trtexec"
read_release
plan=0
choose_plan
note plan "$plan"
[ "$plan" -gt 0 ] || finish failed release-other 1
find_gpu
built_on=$(printf '%s' "$found" | cut -d , -f 2,4)
built_on=${built_on:-$(uname -n)}
check_gpu
if [ -z "$smi" ] && command -v tegrastats >/dev/null 2>&1; then
  tegrastats --interval 1000 --logfile "$attempt/tegrastats.log" >/dev/null 2>&1 &
  tegra=$!
fi
lock_clocks
sample start 0
"plan_$plan"
if [ -z "$broken" ]; then
  finish 'done' '' 0
elif [ -n "$timed" ]; then
  finish partial trtexec 3
else
  finish failed trtexec 1
fi
