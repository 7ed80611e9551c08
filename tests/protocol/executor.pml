/* The protocol by which the executor changes AWS and keeps a record of it, for SPIN to check completely.
 *
 * Two executors, three operations, two accounts, a planner, HR, and AWS. At any step a process can die, a run can fail to
 * renew its lease and live on, an answer can be lost on the way there or back, and a request can fail: FAULTS of these.
 * docs/simulation.md says what is checked, what is assumed, and which rule of the product each line stands for.
 *
 * SCENE 1: HR changes its mind about X in account 0, while Y comes in account 1. SCENE 2: it changes its mind twice.
 * Names that begin with NO_, and the like, are deliberate faults of the protocol: SPIN has to refuse each.
 */

#ifndef SCENE
#define SCENE 1
#endif
#ifndef FAULTS
#define FAULTS 2
#endif

#define OPERATIONS 3
#define NOBODY 9

/* What is on record of a resource. */
#define ABSENT 0
#define MAYBE_CREATED 1
#define MAYBE_DELETED 2
#define CONFIRMED 3

/* States of an operation. One that is not planned is over. */
#define UNPLANNED 0
#define PENDING 1
#define SUBMITTED 2
#define SUCCEEDED 3
#define SUPERSEDED 4

/* States of a request at AWS, and what an executor hears of a call. */
#define UNKNOWN 0
#define WORKING 1
#define DONE 2
#define REFUSED 3
#define TAKEN 1
#define LOST 2
#define CONFLICT 3

/* The operations: 0 gives X, 1 takes X, 2 gives Y (scene 1) or X once more (scene 2). */
#if SCENE == 1
#define resource_of(o) ((o) / 2)
#define generation_of(o) ((o) == 1 -> 2 : 1)
#else
#define resource_of(o) 0
#define generation_of(o) ((o) + 1)
#endif
#define account_of(o) resource_of(o)
#define is_removal(o) ((o) == 1)

/* AWS, and what HR wants. X and Y lie in accounts of their own. */
bool exists[2];
byte working_on[2] = NOBODY, working_for[2];
byte request[6];
bool wanted[2];

/* The table. `version` is what a condition compares a resource with. */
byte state[OPERATIONS], attempts[OPERATIONS], request_of[OPERATIONS], ends[OPERATIONS];
byte recorded[2], version[2];
byte generation[2] = 1;
/* Something that the planner has read has moved since. */
bool has_moved;
bool planned_for = true;

/* The lease: its holder, or NOBODY; a holder that is dead, or could not renew it, loses it. */
byte lease = NOBODY;
bool is_dead[2], is_leaving[2];

/* The account of an attempt that is on record, until its answer is, or the process is dead. */
byte calling[2] = NOBODY;
/* One of the processes is to die at its next step. */
bool dies[2];
/* An attempt that AWS refused is tried again when AWS has room. */
bool waits_for_room[OPERATIONS];

byte faults = FAULTS;

#define is_open(o) (state[o] == PENDING || state[o] == SUBMITTED)
#define is_work (is_open(0) || is_open(1) || is_open(2))

#define is_at_rest (!is_work && planned_for == wanted[0] && exists[0] == wanted[0] && exists[1] == wanted[1])

/* What has to hold, always. */
inline check() {
    /* Never a doubt too few: what is there, or may come to be there, is on record. */
    assert(!exists[0] || recorded[0] != ABSENT);
    assert(!exists[1] || recorded[1] != ABSENT);
    assert(working_on[0] == NOBODY || is_removal(working_on[0]) || recorded[0] != ABSENT);
    assert(working_on[1] == NOBODY || recorded[1] != ABSENT);
    /* What is confirmed is there. */
    assert(recorded[0] != CONFIRMED || exists[0]);
    assert(recorded[1] != CONFIRMED || exists[1]);
    /* Each end is recorded once. */
    assert(ends[0] <= 1 && ends[1] <= 1 && ends[2] <= 1);
}

inline write(r, value, by) {
    recorded[r] = value;
    version[r] = by
}

/* An operation may be begun when AWS works on no known request in its account, and no attempt there is known whose answer
 * is not. So long as that account is kept for it, whoever lives has recorded the answer. */
#ifdef NO_PLACE_FOR_LOST_REQUESTS
#define is_account_free(e, o) !is_submitted_in(account_of(o))
#else
#define is_account_free(e, o) (!is_submitted_in(account_of(o)) && calling[1 - (e)] != account_of(o))
#endif
#define is_submitted_in(a) ((state[0] == SUBMITTED && account_of(0) == (a)) || (state[1] == SUBMITTED && \
    account_of(1) == (a)) || (state[2] == SUBMITTED && account_of(2) == (a)))
#define may_start(e, o) (state[o] == PENDING && generation_of(o) <= generation[account_of(o)] && is_account_free(e, o) \
    && !(waits_for_room[o] && working_on[account_of(o)] != NOBODY))
#ifdef IN_PROGRESS_IS_DONE
#define is_answered(o) (state[o] == SUBMITTED)
#elif defined(NO_RESUME)
#define is_answered(o) (state[o] == SUBMITTED && request_of[o] % 2 == e && begun_by_this_run && \
    request[request_of[o]] != WORKING)
#else
#define is_answered(o) (state[o] == SUBMITTED && request[request_of[o]] != WORKING)
#endif

/* A run that could not renew its lease begins nothing more. */
#define goes_on(e) (!is_leaving[e] && is_work)

#ifdef NO_LEASE
#define may_take_lease true
#else
#define may_take_lease (lease == NOBODY || is_dead[lease] || is_leaving[lease])
#endif

proctype Executor(byte e) {
    byte o, r, own, own_version, tries, heard, said;
    bool begun_by_this_run;

end_idle:
    {
        atomic {
            is_work && may_take_lease ->
            o = 0; r = 0; own = 0; own_version = 0; tries = 0; heard = 0; said = 0;
            lease = e; is_dead[e] = false; is_leaving[e] = false; begun_by_this_run = false;
        }
look:
        atomic {
            if
            :: goes_on(e) && may_start(e, 0) -> o = 0
            :: goes_on(e) && may_start(e, 1) -> o = 1
            :: goes_on(e) && may_start(e, 2) -> o = 2
            :: goes_on(e) && is_answered(0) -> o = 0; r = resource_of(0); said = request[request_of[0]]; goto conclude
            :: goes_on(e) && is_answered(1) -> o = 1; r = resource_of(1); said = request[request_of[1]]; goto conclude
            :: goes_on(e) && is_answered(2) -> o = 2; r = resource_of(2); said = request[request_of[2]]; goto conclude
            :: !goes_on(e) -> goto done
            fi;
            /* Only the run that has the lease begins anything. */
            assert(lease == e);
            tries = attempts[o];
            r = resource_of(o);
        }
        atomic {
            own = recorded[r];
            own_version = version[r]
        }
#ifndef NO_GENERATION
        if
        :: generation_of(o) != generation[account_of(o)] ->
            atomic {
                if
                :: is_open(o) -> state[o] = SUPERSEDED; ends[o]++
                :: else
                fi;
                check();
            }
            goto look
        :: else
        fi;
#endif
        /* First: the doubt, where the resource is as it was read. */
#ifndef NO_DOUBT
        atomic {
            if
#ifndef NO_AS_READ
            :: version[r] != own_version -> goto look
#endif
            :: else ->
                if
                :: is_removal(o) -> write(r, MAYBE_DELETED, 1 + 2 * o + e)
                :: else -> write(r, MAYBE_CREATED, 1 + 2 * o + e)
                fi
            fi;
            check()
        }
#endif
        /* Second: whoever plans from what there was before is refused. */
        atomic {
            if
#ifndef NO_GENERATION
            :: generation_of(o) != generation[account_of(o)] -> goto take_back
#endif
            :: else ->
#ifndef NO_REVISION
                has_moved = has_moved || account_of(o) == 0
#else
                skip
#endif
            fi
        }
        /* Last: of two that have come as far as this, one goes on. */
#ifndef NO_ATTEMPT
        atomic {
            if
            :: state[o] != PENDING || attempts[o] != tries -> goto take_back
            :: else -> attempts[o]++; calling[e] = account_of(o)
            fi
        }
#endif
        /* AWS is called only for as long as the lease lasts, which each run knows by its clock. */
        atomic {
#ifndef CALLS_AFTER_THE_LEASE
            if
            :: is_leaving[e] -> goto settle
            :: else
            fi;
#endif
            if
            :: working_on[account_of(o)] != NOBODY -> heard = CONFLICT
            :: working_on[account_of(o)] == NOBODY ->
                working_on[account_of(o)] = o; working_for[account_of(o)] = e;
                request[2 * o + e] = WORKING;
                if
                :: heard = TAKEN
                :: faults > 0 -> faults--; heard = LOST
                fi
            :: faults > 0 -> faults--; heard = LOST
            fi;
            check()
        }
        if
        :: heard == TAKEN ->
            atomic {
                if
                :: state[o] == PENDING -> state[o] = SUBMITTED; request_of[o] = 2 * o + e; begun_by_this_run = true
                :: else
                fi;
                calling[e] = NOBODY
            }
            goto look
#ifndef LOST_MEANS_NO
        :: heard == LOST -> goto postpone
#endif
        :: else
        fi;
settle:
        /* AWS has done nothing, as it says: the doubt of this attempt is taken back, for as long as it stands there. */
        atomic {
            if
#ifndef SETTLE_WHATEVER_IS_THERE
            :: version[r] != 1 + 2 * o + e
#endif
            :: else -> recorded[r] = own; version[r] = own_version; has_moved = has_moved || account_of(o) == 0
            fi;
            waits_for_room[o] = true;
            check()
        }
postpone:
        atomic {
            if
            :: is_open(o) -> state[o] = PENDING
            :: else
            fi;
            calling[e] = NOBODY
        }
        goto look;

take_back:
        atomic {
            if
            :: version[r] == 1 + 2 * o + e -> recorded[r] = own; version[r] = own_version
            :: else
            fi;
            check()
        }
        goto look;

conclude:
        if
        :: said == REFUSED -> goto postpone
        :: else
        fi;
        atomic {
            if
#ifdef ENDS_TWICE
            :: true ->
#else
            :: is_open(o) ->
#endif
                assert(said == DONE);
                state[o] = SUCCEEDED; ends[o]++;
                if
                :: is_removal(o) -> write(r, ABSENT, 7 + o)
                :: else -> write(r, CONFIRMED, 7 + o)
                fi;
                has_moved = has_moved || account_of(o) == 0
            :: else
            fi;
            check()
        }
        goto look;

done:
        atomic {
            if
            :: lease == e -> lease = NOBODY
            :: else
            fi;
            is_leaving[e] = false
        }
        goto end_idle
    } unless {
        atomic {
            dies[e] ->
                dies[e] = false; is_dead[e] = true; is_leaving[e] = false; calling[e] = NOBODY;
                o = 0; r = 0; own = 0; own_version = 0; tries = 0; heard = 0; said = 0; begun_by_this_run = false
        }
    };
    goto end_idle
}

/* What can go wrong with processes. */
proctype Trouble() {
end_calm:
    do
    :: atomic { faults > 0 && lease != NOBODY && !is_dead[lease] && !dies[lease] -> faults--; dies[lease] = true }
    :: atomic { faults > 0 && lease != NOBODY && !is_dead[lease] && !is_leaving[lease] ->
        faults--; is_leaving[lease] = true }
    od
}

/* AWS works on one request at a time in an account, and takes its time. */
proctype Aws() {
    byte a;
end_at_rest:
    do
    :: atomic {
        working_on[0] != NOBODY || working_on[1] != NOBODY ->
            if
            :: working_on[0] != NOBODY -> a = 0
            :: working_on[1] != NOBODY -> a = 1
            fi;
            if
            :: exists[a] = !is_removal(working_on[a]); request[2 * working_on[a] + working_for[a]] = DONE
            :: faults > 0 -> faults--; request[2 * working_on[a] + working_for[a]] = REFUSED
            fi;
            working_on[a] = NOBODY; working_for[a] = 0; a = 0;
            check()
        }
    od
}

proctype Hr() {
    wanted[0] = false;
#if SCENE == 2
    wanted[0] = true
#endif
}

#ifdef PLANS_WITHOUT_DOUBT
#define is_to_be_removed(recorded) (recorded == CONFIRMED)
#else
#define is_to_be_removed(recorded) (recorded != ABSENT)
#endif

/* It reads what is on record, and commits a plan if nothing has moved since. */
proctype Planner() {
    byte found;
    bool reads_wanted;
end_planned:
    do
    :: atomic {
        planned_for != wanted[0] ->
            has_moved = false; found = recorded[0]; reads_wanted = wanted[0]
        }
        atomic {
            if
#ifndef NO_REVISION_CHECK
            :: has_moved
#endif
            :: else ->
                planned_for = reads_wanted;
                generation[0] = (reads_wanted -> 3 : 2);
                if
                :: !reads_wanted && is_to_be_removed(found) -> state[1] = PENDING
#if SCENE == 2
                :: reads_wanted && found != CONFIRMED -> state[2] = PENDING
#endif
                :: else
                fi
            fi;
            found = 0; reads_wanted = false
        }
    od
}

/* Where nothing goes on any more, AWS has what HR wants. */
proctype Judge() {
end_judge:
    timeout -> assert(is_at_rest)
}

init {
    atomic {
        wanted[0] = true; wanted[1] = (SCENE == 1);
        state[0] = PENDING;
        if
        :: SCENE == 1 -> state[2] = PENDING
        :: else
        fi;
        run Executor(0); run Executor(1); run Trouble(); run Aws(); run Hr(); run Planner(); run Judge()
    }
}

/* Whatever goes wrong, it comes to rest. */
ltl comes_to_rest { <> [] is_at_rest }
