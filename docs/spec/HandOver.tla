------------------------------ MODULE HandOver ------------------------------
(* Locks on one Redis: acquire and ask again, hand over, cancel, renew, pass on among threads, expire.
   The server side is acquire.lua, renew.lua, release.lua and hand-over.lua; the client side is Contender, Contenders,
   LocalQueues, HeldLease, LeaseRenewer and BackgroundReleases. There is one lock; a contender is one owner token.

   Time. Nothing is said of how fast it goes. Each command of a contender begins a new *generation*. passed[c] = g means: of a
   lease that counts from the sending of command g, c must assume by now that it is over. Redis starts a lease when it
   processes a command, which is after the sending, so it keeps it at least until then. That is the only assumption on time,
   in Expire. (Clients count their leases a bit shorter than Redis does, so some drift of the clocks is part of it.)

   Network. If Orderly is FALSE, every command may be processed late, in any order or never, and many times if Repeats is TRUE;
   every reply and every message may arrive late, in any order, many times or never. This is for safety: whoever crashes, or
   is cut off, is among those whose commands are never processed.
   If Orderly is TRUE, commands and replies of a contender keep their order, MaxFaults of everything get lost, contenders may
   crash, and what should happen does happen in the end. This is for liveness. *)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  Contenders, Nobody,
  MaxGen,       \* how many generations a contender has; if Orderly, the last one serves for all that follow
  Block,        \* how many fencing tokens come with a grant
  MaxGrants,    \* bounds the search
  Orderly, Repeats, MaxFaults,
  Flaw          \* "none", or what to do wrong

VARIABLES
  (* Redis *)
  lock,         \* the owner, or Nobody
  leaseGen,     \* the generation from which the lease of the owner counts
  queue,        \* who waits
  lastGen,      \* for each contender, the last generation processed: a lease handed over to it begins after that
  fence,        \* the last fencing token given out
  (* Contenders *)
  state,        \* "new", "waiting", "inside", "leaving", "gone", "dead"
  sent,         \* the last generation begun
  passed,       \* the last generation that is over
  busyGen,      \* the generation of the last question that was answered "busy"
  seen,         \* the fencing token that came with that answer
  known,        \* whether Redis may have it in the queue: an answer said so, or is missing
  belief,       \* the generation from which the contender counts its lease
  token,        \* its fencing token
  (* Network *)
  commands, replies, grants, faults,
  (* History *)
  highest,      \* the highest fencing token with which anybody entered
  inOrder       \* whether each entered with a higher token than all before

redis      == <<lock, leaseGen, queue, lastGen, fence>>
contenders == <<state, sent, passed, busyGen, seen, known, belief, token>>
network    == <<commands, replies, grants, faults>>
history    == <<highest, inOrder>>
vars       == <<redis, contenders, network, history>>

Each(value) == [c \in Contenders |-> value]

Init == /\ lock = Nobody /\ leaseGen = 0 /\ queue = <<>> /\ lastGen = Each(0) /\ fence = 0
        /\ state = Each("new") /\ sent = Each(0) /\ passed = Each(0) /\ busyGen = Each(0) /\ seen = Each(0)
        /\ known = Each(FALSE) /\ belief = Each(0) /\ token = Each(0)
        /\ commands = {} /\ replies = {} /\ grants = {} /\ faults = 0
        /\ highest = 0 /\ inOrder = TRUE

Max(a, b) == IF a > b THEN a ELSE b

(* c is in its section, and entitled to rely on the lock. *)
Holds(c) == state[c] = "inside" /\ belief[c] > passed[c]

----------------------------------------------------------------------------
(* The network *)

Command(kind, c, gen)    == [kind |-> kind, of |-> c, gen |-> gen]
Reply(kind, c, gen, tok) == [kind |-> kind, to |-> c, gen |-> gen, token |-> tok]
Grant(c, tok)            == [to |-> c, token |-> tok]

Send(kind, c, gen) == commands' = commands \cup {Command(kind, c, gen)}
Arrived(m)         == /\ Orderly => \A o \in commands : o.of = m.of => o.gen >= m.gen
                      /\ commands' = IF Repeats THEN commands ELSE commands \ {m}

Answer(kind, c, gen, tok) == replies' = IF state[c] \in {"gone", "dead"} THEN replies
                                                                         ELSE replies \cup {Reply(kind, c, gen, tok)}
Received(m)               == replies' = IF Orderly THEN replies \ {m} ELSE replies

(* What a contender has been sent, and what it has not used, is of no interest any more. *)
ForgetMessages(c) == /\ replies' = {m \in replies : m.to /= c}
                     /\ grants' = {m \in grants : m.to /= c}
                     /\ busyGen' = [busyGen EXCEPT ![c] = 0] /\ seen' = [seen EXCEPT ![c] = 0]

IsQuiet(c) == (\A m \in commands : m.of /= c) /\ (\A m \in replies : m.to /= c)

(* Something is lost. Whose command or reply it is, is told that the connection broke. *)
Lose == /\ Orderly /\ faults < MaxFaults /\ faults' = faults + 1
        /\ \/ \E m \in commands : /\ commands' = commands \ {m} /\ known' = [known EXCEPT ![m.of] = TRUE]
                                  /\ UNCHANGED <<replies, grants>>
           \/ \E m \in replies : /\ replies' = replies \ {m} /\ known' = [known EXCEPT ![m.to] = TRUE]
                                 /\ UNCHANGED <<commands, grants>>
           \/ \E m \in grants : grants' = grants \ {m} /\ UNCHANGED <<known, commands, replies>>
        /\ UNCHANGED <<redis, state, sent, passed, busyGen, seen, belief, token, history>>

----------------------------------------------------------------------------
(* A contender *)

(* Ask for the first time, or again: when the holder's lease should be over, after a third of its own, or because messages may
   have been missed. *)
Ask(c) ==
  LET gen == IF Orderly /\ sent[c] = MaxGen THEN sent[c] ELSE sent[c] + 1 IN
  /\ state[c] \in {"new", "waiting"} /\ gen <= MaxGen
  /\ Orderly => IsQuiet(c)
  /\ Flaw = "AskOnce" => state[c] = "new"
  /\ state' = [state EXCEPT ![c] = "waiting"] /\ sent' = [sent EXCEPT ![c] = gen]
  /\ Send("acquire", c, gen)
  /\ UNCHANGED <<redis, passed, busyGen, seen, known, belief, token, replies, grants, faults, history>>

EntersWith(tok) == highest' = Max(highest, tok) /\ inOrder' = (inOrder /\ tok > highest)

Enter(c, gen, tok) ==
  /\ state' = [state EXCEPT ![c] = "inside"] /\ belief' = [belief EXCEPT ![c] = gen]
  /\ token' = [token EXCEPT ![c] = tok] /\ EntersWith(tok)
  /\ ForgetMessages(c)

(* An answer arrives. What it confirms counts from the sending of its command. *)
Receive(m) ==
  LET c == m.to IN
  /\ Orderly => \A o \in replies : o.to = c => o.gen >= m.gen
  /\ CASE m.kind = "granted" /\ state[c] = "waiting" /\ m.gen > passed[c] ->
            Enter(c, m.gen, m.token) /\ UNCHANGED known
       [] m.kind = "granted" /\ state[c] = "waiting" /\ m.gen <= passed[c] ->           \* too late
            /\ known' = [known EXCEPT ![c] = Orderly] /\ Received(m)
            /\ UNCHANGED <<state, busyGen, seen, belief, token, grants, history>>
       [] m.kind \in {"busy", "queued"} /\ state[c] = "waiting" /\ (m.gen > busyGen[c] \/ Orderly) ->
            /\ busyGen' = [busyGen EXCEPT ![c] = m.gen] /\ seen' = [seen EXCEPT ![c] = m.token]
            /\ known' = [known EXCEPT ![c] = m.kind = "queued" \/ (@ /\ Flaw /= "ForgetPlace")]
            /\ replies' = {o \in replies : o.to /= c \/ o.kind = "granted" \/ o.gen > m.gen}
            /\ UNCHANGED <<state, belief, token, grants, history>>
       [] m.kind = "renewed" /\ Holds(c) /\ m.gen > belief[c] ->
            /\ belief' = [belief EXCEPT ![c] = IF Flaw = "CountRenewalFromAnswer" THEN MaxGen + 1 ELSE m.gen]
            /\ Received(m) /\ UNCHANGED <<state, busyGen, seen, known, token, grants, history>>
       [] m.kind = "left" /\ state[c] = "leaving" ->
            /\ state' = [state EXCEPT ![c] = "gone"] /\ Received(m)
            /\ UNCHANGED <<busyGen, seen, known, belief, token, grants, history>>
       [] OTHER ->
            /\ Orderly /\ Received(m)
            /\ UNCHANGED <<state, busyGen, seen, known, belief, token, grants, history>>
  /\ UNCHANGED <<redis, sent, passed, commands, faults>>

(* A message tells of a grant. The lease counts from the last question that was answered "busy" (or from the first one): the
   lock changed hands after it, whenever the message arrives. And a grant whose token is not above the one that came with that
   answer was made before it, and over by then. *)
Hear(m) ==
  LET c   == m.to
      gen == IF Flaw = "CountGrantFromArrival" THEN MaxGen + 1 ELSE Max(busyGen[c], 1) IN
  /\ IF state[c] = "waiting" /\ gen > passed[c] /\ (m.token > seen[c] \/ Flaw = "TrustStaleGrants")
     THEN Enter(c, gen, m.token)
     ELSE /\ Orderly /\ grants' = grants \ {m}
          /\ UNCHANGED <<state, busyGen, seen, belief, token, replies, history>>
  /\ UNCHANGED <<redis, sent, passed, known, commands, faults>>

(* The next thread of this JVM goes on under the same lease, with the next token of the grant. *)
PassOn(c) ==
  /\ Holds(c) /\ token[c] % Block /= 0
  /\ token' = [token EXCEPT ![c] = @ + 1] /\ EntersWith(token[c] + 1)
  /\ UNCHANGED <<redis, state, sent, passed, busyGen, seen, known, belief, network>>

(* Also to more than the time to live, as LockLease.extend does. *)
Renew(c) ==
  /\ Holds(c) /\ sent[c] < MaxGen
  /\ sent' = [sent EXCEPT ![c] = @ + 1] /\ Send("renew", c, sent[c] + 1)
  /\ UNCHANGED <<redis, state, passed, busyGen, seen, known, belief, token, replies, grants, faults, history>>

(* Whoever has gone does not rely on any lease. Redis may end it at once, or keep it. *)
End(c, end) ==
  /\ state' = [state EXCEPT ![c] = end]
  /\ passed' = [passed EXCEPT ![c] = sent[c]]
  /\ known' = [known EXCEPT ![c] = FALSE] /\ belief' = [belief EXCEPT ![c] = 0] /\ token' = [token EXCEPT ![c] = 0]
  /\ ForgetMessages(c)
  /\ UNCHANGED <<redis, sent, faults, history>>

MayBeKnown(c) == ~Orderly \/ state[c] = "inside" \/ known[c] \/ ~IsQuiet(c)

(* Release; or cancel, because the wait time is over or the thread was interrupted: it is the same command. *)
Leave(c) ==
  /\ state[c] \in {"waiting", "inside"}
  /\ IF MayBeKnown(c) THEN Send("leave", c, MaxGen + 1) ELSE UNCHANGED commands
  /\ End(c, IF Orderly /\ MayBeKnown(c) THEN "leaving" ELSE "gone")

(* A release that is not confirmed is repeated in the background. *)
LeaveAgain(c) ==
  /\ state[c] = "leaving" /\ IsQuiet(c) /\ Flaw /= "ReleaseOnce"
  /\ Send("leave", c, MaxGen + 1)
  /\ UNCHANGED <<redis, contenders, replies, grants, faults, history>>

Crash(c) == Orderly /\ state[c] \in {"waiting", "inside", "leaving"} /\ End(c, "dead") /\ UNCHANGED commands

(* Time goes on. In the orderly network, the last generation does not pass while its contender needs it. *)
Pass(c) ==
  /\ passed[c] < sent[c] /\ (Orderly => passed[c] + 1 < MaxGen)
  /\ passed' = [passed EXCEPT ![c] = @ + 1]
  /\ UNCHANGED <<redis, state, sent, busyGen, seen, known, belief, token, network, history>>

----------------------------------------------------------------------------
(* Redis: each command is one script *)

IsIn(q, c)    == \E i \in 1..Len(q) : q[i] = c
Without(q, c) == SelectSeq(q, LAMBDA other : other /= c)
After(q, i)   == SubSeq(q, i + 1, Len(q))
Tokens        == IF Flaw = "OneToken" THEN 1 ELSE Block

(* Whether PUBLISH finds no receiver: the instance has died; or, for a moment, its subscription is away. *)
MayBeDeaf(c)  == state[c] = "dead" \/ ~Orderly
NobodyListens == \A i \in 1..Len(queue) : MayBeDeaf(queue[i])

Give(c, gen) == lock' = c /\ leaseGen' = gen /\ fence' = fence + Tokens

(* What the first of the queue are told, for whom nobody listens on the server of the lock: nothing, wherever they listen. *)
PassedOver(count) == IF Flaw = "TellWhoIsPassedOver" THEN {Grant(queue[j], fence + 1) : j \in 1..count} ELSE {}

(* Take the i-th of the queue; nobody listened for those before it. *)
HandOver(i) ==
  /\ state[queue[i]] /= "dead" /\ \A j \in 1..(i - 1) : MayBeDeaf(queue[j])
  /\ Give(queue[i], lastGen'[queue[i]])
  /\ grants' = PassedOver(i - 1) \cup IF state[queue[i]] = "waiting" THEN grants \cup {Grant(queue[i], fence + 1)} ELSE grants

Busy(c, gen, q, latest) ==
  \/ /\ queue' = IF IsIn(q, c) THEN q ELSE Append(q, c)
     /\ Answer(IF Orderly THEN "queued" ELSE "busy", c, gen, latest)
  \/ /\ queue' = q                             \* it does not wait, or its subscription is not there (yet)
     /\ Answer("busy", c, gen, latest)

Acquire(c, gen) ==
  CASE lock = Nobody /\ (queue = <<>> \/ Head(queue) = c) ->
         /\ Give(c, gen) /\ queue' = Without(queue, c) /\ Answer("granted", c, gen, fence + 1)
         /\ UNCHANGED grants
    [] lock = Nobody /\ queue /= <<>> /\ Head(queue) /= c ->     \* the last lease has run out: those who wait come first
         \/ /\ NobodyListens
            /\ Give(c, gen) /\ queue' = <<>> /\ Answer("granted", c, gen, fence + 1)
            /\ grants' = grants \cup PassedOver(Len(queue))
         \/ \E i \in 1..Len(queue) :
              /\ HandOver(i)
              /\ IF queue[i] = c THEN queue' = After(queue, i) /\ Answer("granted", c, gen, fence + 1)
                                 ELSE Busy(c, gen, After(queue, i), fence + Tokens)
    [] lock = c ->                                               \* it asks again: same grant, and not less time than it has
         /\ leaseGen' = IF Flaw = "StartAnewEvenIfShorter" THEN gen ELSE Max(leaseGen, gen)
         /\ Answer("granted", c, gen, fence - Tokens + 1)
         /\ UNCHANGED <<lock, queue, fence, grants>>
    [] lock \notin {Nobody, c} ->
         /\ Busy(c, gen, queue, fence)
         /\ UNCHANGED <<lock, leaseGen, fence, grants>>

Prolong(c, gen) ==
  /\ IF lock = c THEN leaseGen' = Max(leaseGen, gen) /\ Answer("renewed", c, gen, 0) ELSE UNCHANGED <<leaseGen, replies>>
  /\ UNCHANGED <<lock, queue, fence, grants>>

Release(c, gen) ==
  /\ IF lock = c \/ (Flaw = "PlainDelete" /\ lock /= Nobody)
     THEN \/ /\ NobodyListens
             /\ lock' = Nobody /\ leaseGen' = 0 /\ queue' = <<>> /\ UNCHANGED fence
             /\ grants' = grants \cup PassedOver(Len(queue))
          \/ \E i \in 1..Len(queue) : HandOver(i) /\ queue' = After(queue, i)
     ELSE queue' = Without(queue, c) /\ UNCHANGED <<lock, leaseGen, fence, grants>>
  /\ Answer("left", c, gen, 0)

Process(m) ==
  /\ Arrived(m)
  /\ lastGen' = IF m.kind = "leave" THEN lastGen ELSE [lastGen EXCEPT ![m.of] = Max(@, m.gen)]
  /\ CASE m.kind = "acquire" -> Acquire(m.of, m.gen)
       [] m.kind = "renew"   -> Prolong(m.of, m.gen)
       [] m.kind = "leave"   -> Release(m.of, m.gen)
  /\ UNCHANGED <<contenders, faults, history>>

Expire ==
  /\ lock /= Nobody /\ (passed[lock] >= leaseGen \/ Flaw = "ClockJumps")
  /\ lock' = Nobody /\ leaseGen' = 0
  /\ UNCHANGED <<queue, lastGen, fence, contenders, network, history>>

(* The queue runs out, because nobody in it has asked for a while. *)
QueueExpires ==
  /\ ~Orderly /\ queue /= <<>> /\ queue' = <<>>
  /\ UNCHANGED <<lock, leaseGen, lastGen, fence, contenders, network, history>>

(* Another server takes over that does not know the lock. Fencing tokens are made from the time, which has gone on meanwhile;
   a counter begins anew. *)
FailOver ==
  /\ Flaw \in {"FailOver", "FailOverOfACounter"} /\ faults = 0 /\ faults' = 1
  /\ lock' = Nobody /\ leaseGen' = 0 /\ queue' = <<>>
  /\ fence' = IF Flaw = "FailOverOfACounter" THEN 0 ELSE fence
  /\ UNCHANGED <<lastGen, contenders, commands, replies, grants, history>>

----------------------------------------------------------------------------
Next == \/ \E c \in Contenders : \/ Ask(c) \/ PassOn(c) \/ Renew(c) \/ Leave(c) \/ LeaveAgain(c) \/ Crash(c) \/ Pass(c)
        \/ \E m \in commands : Process(m)
        \/ \E m \in replies : Receive(m)
        \/ \E m \in grants : Hear(m)
        \/ Expire \/ QueueExpires \/ FailOver \/ Lose

Spec == Init /\ [][Next]_vars

(* What should happen does happen; but nobody has to give up, to crash or to lose anything. *)
GoOn(c)    == \/ state[c] = "waiting" /\ Ask(c)
              \/ state[c] = "inside" /\ Leave(c)
              \/ LeaveAgain(c)
Deliver(c) == \/ \E m \in commands : m.of = c /\ Process(m)
              \/ \E m \in replies : m.to = c /\ Receive(m)
              \/ \E m \in grants : m.to = c /\ Hear(m)
Fairness   == (\A c \in Contenders : WF_vars(GoOn(c)) /\ WF_vars(Deliver(c))) /\ WF_vars(Expire)

FairSpec == Spec /\ Fairness

Small    == fence <= MaxGrants * Block
Symmetry == Permutations(Contenders)

----------------------------------------------------------------------------
(* Safety *)
MutualExclusion == \A c, d \in Contenders : Holds(c) /\ Holds(d) => c = d
HolderOwnsLock  == \A c \in Contenders : Holds(c) => lock = c
FencingRises    == inOrder
OwnerIsAbove    == \A c, d \in Contenders : Holds(c) /\ Holds(d) /\ lock = c /\ d /= c => token[c] > token[d]
QueuedOnce      == \A i, j \in 1..Len(queue) : queue[i] = queue[j] => i = j
NothingIsLeft   == \A c \in Contenders : Orderly /\ state[c] = "gone" => lock /= c /\ ~IsIn(queue, c)

(* Liveness. All contenders are alike, so it is enough to look at one. *)
One             == CHOOSE c \in Contenders : TRUE
NoLostWakeUp    == state[One] = "waiting" ~> state[One] /= "waiting"
ReleaseArrives  == state[One] = "leaving" ~> state[One] /= "leaving"
NoStuckLock     == lock = One /\ state[One] \in {"gone", "dead"} ~> lock /= One
=============================================================================
