#!/usr/bin/env bash
# Holdfast @VERSION@: a run as one Slurm job, made by "holdfast launch slurm"; "sbatch THIS_FILE" submits it too.
#
# The first node has the coordinator, the second one that stands by, and each task is a worker. What dies is restarted where it
# was. A node that fails leaves the job (--no-kill) and the run goes on without it; when it was the first, the one that stands by
# leads. SIGTERM (scancel, preemption, a minute before the time limit) saves, then ends the job with exit code 130.
#SBATCH --job-name=@NAME@
#SBATCH --ntasks=@WORKERS@
#SBATCH --output="@OUTPUT@"
#SBATCH --open-mode=append
#SBATCH --no-kill
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
@OPTIONS@

set -u

readonly holdfast=@HOLDFAST@
readonly self=@SELF@
readonly job=(@JOB@)
readonly run=@RUN@
readonly logs=@LOGS@
readonly workers=@WORKERS@

# Exit codes of holdfast.
readonly DONE=0 BAD_INPUT=2 DAMAGED=3 UNREACHABLE=4 INTERRUPTED=130

readonly LONGEST_PAUSE=30
readonly MOST_CRASHES=4
# What lived so many seconds did not crash on its start.
readonly LIVED=60

say() { echo "holdfast: $*" >&2; }

# HOST PORT as holdfast takes it; an IPv6 address stands in brackets.
at() { [[ $1 == *:* ]] && echo "[$1]:$2" || echo "$1:$2"; }

# ---- Where the nodes are ------------------------------------------------------------------------------------------------

nodes_of() { scontrol show hostnames "$1"; }

# Those that have not failed.
nodes_left() { nodes_of "$(squeue --noheader --job "$SLURM_JOB_ID" --format %N)"; }

# The address by which Slurm itself reaches a node.
address_of() {
  local name
  name=$(scontrol show node --oneliner "$1" | sed -n 's/.* NodeAddr=\([^ ]*\).*/\1/p')
  getent ahosts "${name:-$1}" | awk '{ print $1; exit }'
}

# NODE=ADDRESS for each node of the job, the first node's first.
find_addresses() {
  local node address found=() first other=
  first=$SLURMD_NODENAME
  for node in $first $(nodes_of "$SLURM_JOB_NODELIST" | grep -vxF "$first"); do
    address=$(address_of "$node")
    [[ -n $address ]] || { say "node $node: its address is unknown here"; return 1; }
    [[ -z $other && $address != 127.* && $address != ::1 ]] && other=$address
    found+=("$node=$address")
  done
  # Some systems give their own name a loopback address, where no other node finds them: then the one of the route there.
  if [[ ${found[0]} == *=127.* && -n $other ]]; then
    found[0]=$first=$(ip route get "$other" | sed -n 's/.* src \([^ ]*\).*/\1/p')
  fi
  echo "${found[*]}"
}

# The address of NODE, from what find_addresses found.
address_in_job() {
  local entry
  for entry in $HOLDFAST_NODES; do
    [[ $entry == "$1="* ]] && echo "${entry#*=}"
  done
}

free_port() {
  local port=$((20000 + SLURM_JOB_ID % 10000))
  while (exec 3<>"/dev/tcp/$1/$port") 2>/dev/null; do ((port++)); done
  echo "$port"
}

# ---- Keeping processes running ------------------------------------------------------------------------------------------

# Waits for a child to its end, over signals to this shell.
await() {
  local code
  while signalled=; wait "$1"; code=$?; [[ -n $signalled ]]; do :; done
  return "$code"
}

# keep NAME "CODES" COMMAND...: starts the command again until it ends with one of the codes. What was killed after a while comes
# back at once; what dies at its start comes back after growing pauses.
keep() {
  local name=$1 outcomes=" $2 " code pause=1 crashes=0 began
  shift 2
  while :; do
    began=$SECONDS
    "$@" &
    child=$!
    await "$child"
    code=$?
    child=
    if [[ -n $stopping || $outcomes == *" $code "* ]]; then return "$code"; fi
    if ((SECONDS - began >= LIVED)); then pause=1 crashes=0; fi
    if ((code <= 128)); then ((++crashes)); fi
    if ((crashes > MOST_CRASHES && code != UNREACHABLE)); then
      say "the $name on $SLURMD_NODENAME ended with exit code $code, for the ${crashes}th time in a row: giving up"
      return "$code"
    fi
    if ((code <= 128 || SECONDS - began < 2)); then
      sleep "$pause" &
      wait $!
      pause=$((2 * pause < LONGEST_PAUSE ? 2 * pause : LONGEST_PAUSE))
      [[ -z $stopping ]] || return "$code"
    fi
    say "the $name on $SLURMD_NODENAME ended with exit code $code; starting another"
  done
}

# ---- A task: one worker -------------------------------------------------------------------------------------------------

work() {
  # A cancelled job sends SIGTERM to everything at once, but nothing can be saved without workers: they leave when the
  # coordinator sends them away.
  trap '' TERM
  local number=$((SLURM_PROCID + 1)) code
  while :; do
    keep "worker $number" "$DONE $BAD_INPUT $DAMAGED $UNREACHABLE $INTERRUPTED" "$holdfast" worker \
      --coordinator "$HOLDFAST_COORDINATORS" --listen "$(at "$(address_in_job "$SLURMD_NODENAME")" 0)" \
      --cores "${SLURM_CPUS_PER_TASK:-1}" --log-file "$logs/worker-$number.log"
    code=$?
    ((code == UNREACHABLE)) || return "$code"
    # No coordinator for minutes. The first node's is restarted there; if that node and the second have failed, so has this job.
    if ! nodes_left | grep -qxF "$HOLDFAST_FIRST"; then
      say "the first node has failed and nobody leads: job $SLURM_JOB_ID goes back to the queue"
      scontrol requeue "$SLURM_JOB_ID"
      return "$code"
    fi
  done
}

# ---- The second node: a coordinator that stands by ----------------------------------------------------------------------

# For a child of this shell, which it becomes, so that signals reach it.
coordinate() {
  exec "$holdfast" coordinator "${job[@]}" --dir "$run" --workers "$workers" --progress plain --log-file "$logs/$1.log" \
    --listen "$(at "$(address_in_job "$SLURMD_NODENAME")" "$HOLDFAST_PORT")"
}

stand_by() {
  trap terminate TERM
  # Not through srun, which is lost with the first node.
  exec >>"$logs/slurm-$SLURM_JOB_ID-standby.out" 2>&1
  local code tries=100
  # The first node's has the precedence; were both to start at once, one would only be sent away again.
  while ((tries-- > 0)) && [[ -z $stopping && ! $run/.holdfast/leader -nt $self ]]; do sleep 0.1; done
  [[ -z $stopping ]] || return "$INTERRUPTED"
  keep "standby coordinator" "$DONE $BAD_INPUT $DAMAGED $INTERRUPTED" coordinate coordinator-standby
  code=$?
  if ((code == DONE || code == DAMAGED)); then
    # It led, to the end. The first node's shell sees that too and ends the job; a failed node's does not.
    sleep 30
    say "the run ended with exit code $code, led from $SLURMD_NODENAME; the first node is gone, so job $SLURM_JOB_ID is cancelled"
    scancel "$SLURM_JOB_ID"
  fi
  return "$code"
}

terminate() {
  signalled=1
  stopping=1
  [[ -z $child ]] || kill -TERM "$child" 2>/dev/null
}

# ---- The first node -----------------------------------------------------------------------------------------------------

step() {
  local name=$1
  shift
  exec srun --job-name="$name" --quiet --export=ALL --input=none --no-kill --kill-on-bad-exit=0 --wait=0 "$@" \
    bash "$self" "$name"
}

# For a child of this shell. Where a node has left the job there are fewer cores than workers, and Slurm takes those that are left
# for busy ("unable to update job's core use information").
work_in_a_step() {
  local shared=(--cpus-per-task="${SLURM_CPUS_PER_TASK:-1}")
  if (($(nodes_left | wc -l) < $(wc -w <<<"$HOLDFAST_NODES"))); then
    shared=(--overlap --overcommit)
    unset SLURM_JOB_NUM_NODES SLURM_NNODES SLURM_CPUS_PER_TASK
  fi
  step worker --ntasks="$workers" "${shared[@]}"
}

# Each task restarts its own worker, so the step is over only when no task is left.
keep_workers() {
  trap 'signalled=1; stopping=1' TERM
  keep "step of the workers" "$BAD_INPUT" work_in_a_step
  local code=$?
  if [[ -z $stopping ]]; then
    say "no worker is left (exit code $code)"
    kill -TERM "$1"
  fi
  return "$code"
}

# Whoever leads saves and leaves: this node's coordinator, or the second node's, which may be gone and then keeps nobody waiting.
stop() {
  terminate
  end_standby &
}

end_standby() {
  local id name
  timeout 10 squeue --steps --noheader --job "$SLURM_JOB_ID" --format '%i %j' | while read -r id name; do
    [[ $name != standby ]] || timeout 10 scancel --signal=TERM "$id"
  done
}

find_everybody() {
  local entry coordinators
  HOLDFAST_NODES=$(find_addresses) || return
  HOLDFAST_FIRST=$SLURMD_NODENAME
  HOLDFAST_SECOND=
  HOLDFAST_PORT=$(free_port "$(address_in_job "$HOLDFAST_FIRST")")
  coordinators=$(at "$(address_in_job "$HOLDFAST_FIRST")" "$HOLDFAST_PORT")
  for entry in $HOLDFAST_NODES; do
    if [[ -z $HOLDFAST_SECOND && $entry != "$HOLDFAST_FIRST="* ]]; then
      HOLDFAST_SECOND=${entry%%=*}
      coordinators+=,$(at "${entry#*=}" "$HOLDFAST_PORT")
    fi
  done
  HOLDFAST_COORDINATORS=$coordinators
  export HOLDFAST_NODES HOLDFAST_FIRST HOLDFAST_SECOND HOLDFAST_PORT HOLDFAST_COORDINATORS
}

lead() {
  find_everybody || return "$UNREACHABLE"
  say "job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)): $workers workers on $HOLDFAST_NODES"
  trap 'signalled=1; stop' TERM
  local keeper code tries=50
  keep_workers $$ &
  keeper=$!
  if [[ -n $HOLDFAST_SECOND ]]; then
    step standby --overlap --nodes=1 --ntasks=1 --nodelist="$HOLDFAST_SECOND" &
  fi
  keep coordinator "$DONE $BAD_INPUT $DAMAGED $UNREACHABLE $INTERRUPTED" coordinate coordinator
  code=$?
  # The coordinator has sent the workers away; what stays is ended by Slurm with the job.
  kill -TERM "$keeper" 2>/dev/null
  while ((tries-- > 0)) && kill -0 "$keeper" 2>/dev/null; do sleep 0.1; done
  kill -0 "$keeper" 2>/dev/null || wait "$keeper" || (($? != BAD_INPUT)) || code=$BAD_INPUT
  ((code <= 128)) || code=$INTERRUPTED
  say "job $SLURM_JOB_ID ends with exit code $code"
  return "$code"
}

signalled='' stopping='' child=''
case ${1:-lead} in
  lead) lead ;;
  worker) work ;;
  standby) stand_by ;;
esac
exit
