import { quoteForShell } from '../../../engines/command-text.ts';
import type { Batch } from '../batches.ts';
import { kitCommand, setupLines } from '../kit-command.ts';
import type { Site, SiteGpu } from '../site.ts';

/*
 * Scripts of sh for a machine without a scheduler. A batch is a folder, `queues/<queue>/`, with its list of tasks; workers take one after another by
 * making the folder of its number, which one of them can. Nothing else runs: no daemon, and nobody who has to stay.
 */

export interface QueueRequest {
  /** The farm's folder on the machine that runs it. */
  readonly directory: string;
  /** Also the name of its tasks: task 3 is `<queue>_3`. */
  readonly queue: string;
  readonly batch: Batch;
  readonly site: Site;
  readonly given: SiteGpu | undefined;
  /** CUDA_VISIBLE_DEVICES of each worker; `undefined` leaves it as it is. */
  readonly devices: readonly (string | undefined)[];
}

/** Whether process $1 is there and has $2 in its environment: a number is given to another process later. */
const isOurs = `ours() {
  [ -n "$1" ] && kill -0 "$1" 2> /dev/null || return 1
  [ ! -r "/proc/$1/environ" ] || grep -qs "RCC_QUEUE=$2" "/proc/$1/environ"
}`;

/** What one worker does, with the farm as the current folder. */
function workerText({ queue, batch, site, given }: QueueRequest): string {
  return `echo $$ > "queues/${queue}/.worker.$1" && mv "queues/${queue}/.worker.$1" "queues/${queue}/worker.$1"
${setupLines(site, given).join('\n')}
index=0
while read -r key <&3; do
  state=queues/${queue}/$index
  task=${queue}_$index.0
  log=logs/${queue}_$index.log
  attempt=$PWD/attempts/$key/$task
  index=$((index + 1))
  mkdir "$state" 2> /dev/null || continue
  mkdir -p "attempts/$key" || exit 73
  # One task at a time on a GPU, whoever else has a queue for it. The lock ends with what runs.
  (
    if [ -n "\${CUDA_VISIBLE_DEVICES:-}" ] && command -v flock > /dev/null; then flock 9; fi
    exec timeout -k 60 ${batch.minutes * 60} ${kitCommand(site, batch.image)}
  ) 9> "\${TMPDIR:-/tmp}/rcc-gpu.$(id -u).\${CUDA_VISIBLE_DEVICES:-any}.lock" < /dev/null >> "$log" 2>&1 3<&- &
  echo $! > "$state/pid.part" && mv "$state/pid.part" "$state/pid"
  wait $!
  echo $? > "$state/ended"
done 3< "queues/${queue}/tasks"`;
}

function startLine({ queue }: QueueRequest, device: string | undefined, index: number): string {
  const visible = device === undefined ? '' : `CUDA_VISIBLE_DEVICES=${quoteForShell(device)} `;
  return `RCC_QUEUE=${queue} ${visible}$start sh queues/${queue}/worker.sh ${index} > queues/${queue}/worker.${index}.log 2>&1 < /dev/null &`;
}

/** Makes the queue and starts its workers, which stay when their caller ends. Fails where the queue is there already. */
export function startText(request: QueueRequest): string {
  const { directory, queue, batch, devices } = request;
  return `set -eu
mkdir -p ${quoteForShell(directory)}/queues
cd ${quoteForShell(directory)}
mkdir -p logs attempts
mkdir queues/${queue}
cat > queues/${queue}/tasks <<'END'
${batch.keys.join('\n')}
END
cat > queues/${queue}/worker.sh <<'END'
${workerText(request)}
END
start=$(command -v setsid || echo nohup)
${devices.map((device, index) => startLine(request, device, index)).join('\n')}
# Who asks from now on finds the workers, or what runs would seem to be gone.
for worker in ${devices.map((_, index) => index).join(' ')}; do
  tries=0
  until [ -e "queues/${queue}/worker.$worker" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || exit 1
    sleep 0.1
  done
done
`;
}

/** Prints \`<queue>_<number> waiting|running|ended\` of each task. */
export function aliveText(directory: string, queues: readonly string[]): string {
  return `${isOurs}
cd ${quoteForShell(directory)} || exit 1
for queue in ${queues.join(' ')}; do
  [ -d "queues/$queue" ] || continue
  worker=
  for file in "queues/$queue"/worker.*; do
    case $file in *.sh | *.log) continue ;; esac
    [ -e "$file" ] && ours "$(cat "$file")" "$queue" && worker=yes
  done
  index=0
  while read -r key; do
    state=queues/$queue/$index
    if [ -e "$state/ended" ]; then echo "\${queue}_$index ended"
    elif [ -e "$state/pid" ]; then
      if ours "$(cat "$state/pid")" "$queue"; then echo "\${queue}_$index running"
      else
        # Its worker writes the end down a moment after it.
        tries=0
        until [ -z "$worker" ] || [ -e "$state/ended" ] || [ "$tries" -ge 20 ]; do
          tries=$((tries + 1))
          sleep 0.1
        done
        if [ -e "$state/ended" ]; then echo "\${queue}_$index ended"; fi
      fi
    elif [ -n "$worker" ] && [ -d "$state" ]; then echo "\${queue}_$index running"
    elif [ -n "$worker" ]; then echo "\${queue}_$index waiting"
    fi
    index=$((index + 1))
  done < "queues/$queue/tasks"
done
echo answered
`;
}

/** Takes tasks that nobody has begun, ends those that run, and prints the id of each. */
export function cancelText(directory: string, ids: readonly string[]): string {
  return `${isOurs}
cd ${quoteForShell(directory)} || exit 1
# What waits is taken first, or a worker whose task ends would begin the next.
begun=
for id in ${ids.join(' ')}; do
  queue=\${id%_*}
  state=queues/$queue/\${id##*_}
  [ -d "queues/$queue" ] || continue
  if mkdir "$state" 2> /dev/null; then echo cancelled > "$state/ended" && echo "$id"
  else begun="$begun $id"
  fi
done
for id in $begun; do
  queue=\${id%_*}
  state=queues/$queue/\${id##*_}
  if [ ! -e "$state/ended" ]; then
    # Its worker writes down the process a moment after it began; without one it cannot be ended here.
    tries=0
    until [ -e "$state/pid" ] || [ "$tries" -ge 50 ]; do
      tries=$((tries + 1))
      sleep 0.1
    done
    process=$(cat "$state/pid" 2> /dev/null) || continue
    ! ours "$process" "$queue" || kill -TERM "$process"
  fi
  echo "$id"
done
echo answered
`;
}
