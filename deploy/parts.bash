# A run of many parts, some of them side by side, and a table at the end of what each took. Sourced, from the checkout's top folder, after steps.bash.
#   part NAME TITLE command…      runs it now, and fails if it did
#   beside NAME TITLE program…    begins it beside what is already going on; what it says is printed as a whole when it has ended
#   together                      waits for everything that was begun beside
#   summary                       waits, prints the table; fails if a part failed
# A script that another one's part runs adds its rows to that one's table, and prints none.
# Names in `only` (an array) are the parts that run; all of them when it is empty.

# More would wait for each other longer than a service waits for an answer.
at_once=2

only=()
declare -A beside_title=() beside_log=() beside_began=()
if [ -z "${PARTS_TABLE:-}" ]; then
    export PARTS_TABLE
    PARTS_TABLE=$(mktemp)
    parts_owner=$BASHPID
fi

is_wanted() {
    local name
    [ ${#only[@]} = 0 ] && return
    for name in "${only[@]}"; do [ "$name" != "$1" ] || return 0; done
    return 1
}

# What the table says of an exit status. 75: deploy/twice needed its second try.
result_of() {
    case $1 in
        0) echo passed ;;
        75) echo UNSTABLE ;;
        *) echo "FAILED ($1)" ;;
    esac
}

# row status began title: into the table.
row() {
    local result
    result=$(result_of "$1")
    printf '%5d s  %-12s %s\n' $((SECONDS - $2)) "$result" "$3" >>"$PARTS_TABLE"
}

part() {
    local name=$1 title=$2 began=$SECONDS status=0
    shift 2
    is_wanted "$name" || return 0
    say "== $title"
    ("$@") || status=$?
    row $status $began "$title"
    [ $status = 75 ] || return $status
}

beside() {
    local name=$1 title=$2 log
    shift 2
    is_wanted "$name" || return 0
    while [ ${#beside_title[@]} -ge $at_once ]; do next_end; done
    say "== $title: begins"
    log=$(mktemp)
    # With job control it has a process group of its own, which can be ended as a whole: by SIGINT, upon which tests stop their suites,
    # though whoever began this run in the background may have had it ignored.
    set -m
    env --default-signal=INT "$@" >"$log" 2>&1 </dev/null &
    set +m
    beside_title[$!]=$title beside_log[$!]=$log beside_began[$!]=$SECONDS
}

# The next one of those beside that ends: what it said, and its row.
next_end() {
    local pid='' status=0
    wait -n -p pid "${!beside_title[@]}" || status=$?
    say "== ${beside_title[$pid]}: $(result_of $status), $((SECONDS - beside_began[$pid])) s"
    cat "${beside_log[$pid]}"
    rm -f "${beside_log[$pid]}"
    row $status "${beside_began[$pid]}" "${beside_title[$pid]}"
    unset "beside_title[$pid]" "beside_log[$pid]" "beside_began[$pid]"
}

together() { while [ ${#beside_title[@]} -gt 0 ]; do next_end; done; }

summary() {
    local status=0
    together
    ! grep -q ' FAILED (' "$PARTS_TABLE" || status=1
    if [ "${parts_owner:-}" = $BASHPID ]; then
        printf '%5d s  %-12s %s\n' $SECONDS "$([ $status = 0 ] && echo passed || echo FAILED)" "everything" >>"$PARTS_TABLE"
        say "== Summary"
        cat "$PARTS_TABLE"
    fi
    return $status
}

# How long those beside may take to stop their suites when the run is ended. Unit: seconds.
ending_max=90

# Nobody is left behind, whatever ends this run.
end_parts() {
    local pid until
    trap '' INT TERM HUP
    for pid in "${!beside_title[@]}"; do kill -INT -- "-$pid" 2>/dev/null; done
    until=$((SECONDS + ending_max))
    for pid in "${!beside_title[@]}"; do
        while kill -0 -- "-$pid" 2>/dev/null && [ $SECONDS -lt $until ]; do sleep 0.2; done
        kill -KILL -- "-$pid" 2>/dev/null
        rm -f "${beside_log[$pid]}"
    done
    [ "${parts_owner:-}" != $BASHPID ] || rm -f "$PARTS_TABLE"
}
trap end_parts EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
