------------------------------ MODULE Redlock ------------------------------
(* Locks on a quorum of independent nodes: acquire, give back, renew, restore, release, expire; nodes that restart without
   their data. The server side are the scripts in the directory redlock; the client side is Acquisition, Attempt, Renewal,
   Release, Node and Quarantine. There is one lock; a client is one owner token.

   Who waits for its turn, and how it is told, is left out: a node only withholds votes for it.

   Time. As in HandOver.tla: each round of questions begins a new generation of its client, and a node that has voted in
   generation g keeps its vote at least until passed[c] >= g, when the client does not rely on that round any more.

   Network. Every command may reach a node late, in any order, many times or never, and so may every answer. Thereby a
   client may also crash at any time: that is to leave, with a release that arrives nowhere. *)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
  Clients, Nodes, Nobody,
  Patient,      \* the clients that may begin MaxGen generations; the others begin one
  MaxGen,
  MaxToken,     \* the highest fencing token a client can propose
  MaxRestarts,  \* how often nodes lose their data, all together
  Late,         \* whether commands may also arrive after their client has left
  Flaw          \* "none", or what to do wrong

VARIABLES
  (* Nodes *)
  owner,        \* to whom the node has given its vote, or Nobody
  leaseGen,     \* the generation from which that vote counts
  fence,        \* the last fencing token the node has voted for
  barrier,      \* for each client, the generation that must be over before the node votes (again)
  (* Clients *)
  state,        \* "idle", "asking", "inside", "gone"
  sent,         \* the last generation begun
  passed,       \* the last generation that is over
  proposed,     \* the fencing token of the last attempt
  votes,        \* the nodes that have voted for the client in the last generation
  belief,       \* the generation from which the client counts its lease
  (* Network *)
  commands,
  (* History *)
  restarts,
  highest,      \* the highest fencing token with which anybody entered
  inOrder       \* whether each entered with a higher token than all before

nodes   == <<owner, leaseGen, fence, barrier>>
clients == <<state, sent, passed, proposed, votes, belief>>
history == <<restarts, highest, inOrder>>
vars    == <<nodes, clients, commands, history>>

Each(value)     == [c \in Clients |-> value]
EachNode(value) == [n \in Nodes |-> value]

Init == /\ owner = EachNode(Nobody) /\ leaseGen = EachNode(0) /\ fence = EachNode(0)
        /\ barrier = EachNode(Each(0))
        /\ state = Each("idle") /\ sent = Each(0) /\ passed = Each(0) /\ proposed = Each(0) /\ votes = Each({})
        /\ belief = Each(0)
        /\ commands = {} /\ restarts = 0 /\ highest = 0 /\ inOrder = TRUE

Gens(c)     == IF c \in Patient THEN MaxGen ELSE 1
Max(a, b)   == IF a > b THEN a ELSE b
Quorum      == IF Flaw = "HalfIsEnough" THEN Cardinality(Nodes) \div 2 ELSE Cardinality(Nodes) \div 2 + 1
Holds(c)    == state[c] = "inside" /\ belief[c] > passed[c]      \* c is in its section, and entitled to rely on the lock
MayVote(n)  == \A c \in Clients : passed[c] >= barrier[n][c]

Command(kind, c, gen, token) == [kind |-> kind, of |-> c, gen |-> gen, token |-> token]
Send(kind, c, gen, token)    == commands' = commands \cup {Command(kind, c, gen, token)}

----------------------------------------------------------------------------
(* A client *)

(* When the client does not rely on any round any more, the nodes may forget it at once. *)
NoMoreReliedOn(c) == passed' = [passed EXCEPT ![c] = sent[c]]

(* Ask all nodes, with a fencing token from a clock of which nothing is said: all clocks may differ. *)
Attempt(c) ==
  /\ state[c] = "idle" /\ sent[c] < Gens(c)
  /\ \E token \in (proposed[c] + 1)..MaxToken :
       /\ proposed' = [proposed EXCEPT ![c] = token]
       /\ Send("acquire", c, sent[c] + 1, token)
  /\ state' = [state EXCEPT ![c] = "asking"] /\ sent' = [sent EXCEPT ![c] = @ + 1] /\ votes' = [votes EXCEPT ![c] = {}]
  /\ UNCHANGED <<nodes, passed, belief, history>>

(* The attempt has failed: too few votes, or too late. All of them are given back, also those that have not arrived. *)
GiveBack(c) ==
  /\ state[c] = "asking"
  /\ state' = [state EXCEPT ![c] = "idle"] /\ votes' = [votes EXCEPT ![c] = {}]
  /\ Send("withdraw", c, sent[c], proposed[c])
  /\ NoMoreReliedOn(c)
  /\ UNCHANGED <<nodes, sent, proposed, belief, history>>

(* Wrong: whoever asks while the nodes are being asked counts the lease from its own question. *)
AskMeanwhile(c) ==
  /\ Flaw = "CountFromALaterQuestion" /\ state[c] = "asking" /\ sent[c] < Gens(c)
  /\ sent' = [sent EXCEPT ![c] = @ + 1]
  /\ UNCHANGED <<nodes, state, passed, proposed, votes, belief, commands, history>>

HasQuorum(c) == Cardinality(votes[c]) >= Quorum

Enter(c) ==
  /\ state[c] = "asking" /\ HasQuorum(c) /\ sent[c] > passed[c]
  /\ state' = [state EXCEPT ![c] = "inside"]
  /\ belief' = [belief EXCEPT ![c] = IF Flaw = "CountFromArrival" THEN MaxGen + 1 ELSE sent[c]]
  /\ highest' = Max(highest, proposed[c]) /\ inOrder' = (inOrder /\ proposed[c] > highest)
  /\ votes' = [votes EXCEPT ![c] = {}]
  /\ UNCHANGED <<nodes, sent, passed, proposed, commands, restarts>>

Renew(c) ==
  /\ Holds(c) /\ sent[c] < Gens(c)
  /\ sent' = [sent EXCEPT ![c] = @ + 1] /\ votes' = [votes EXCEPT ![c] = {}]
  /\ Send("renew", c, sent[c] + 1, proposed[c])
  /\ UNCHANGED <<nodes, state, passed, proposed, belief, history>>

(* Once a majority has renewed the lease, it is put on the nodes that lack it. *)
Renewed(c) ==
  /\ Holds(c) /\ HasQuorum(c) /\ belief[c] < sent[c]
  /\ belief' = [belief EXCEPT ![c] = sent[c]] /\ votes' = [votes EXCEPT ![c] = {}]
  /\ Send("restore", c, sent[c], proposed[c])
  /\ UNCHANGED <<nodes, state, sent, passed, proposed, history>>

(* Release on all nodes; or crash. *)
Leave(c) ==
  /\ state[c] = "inside"
  /\ state' = [state EXCEPT ![c] = "gone"] /\ votes' = [votes EXCEPT ![c] = {}] /\ belief' = [belief EXCEPT ![c] = 0]
  /\ proposed' = [proposed EXCEPT ![c] = 0]
  /\ commands' = {m \in commands : m.of /= c \/ Late} \cup {Command("release", c, 0, 0)}
  /\ NoMoreReliedOn(c)
  /\ UNCHANGED <<nodes, sent, history>>

Pass(c) ==
  /\ passed[c] < sent[c] /\ passed' = [passed EXCEPT ![c] = @ + 1]
  /\ UNCHANGED <<nodes, state, sent, proposed, votes, belief, commands, history>>

----------------------------------------------------------------------------
(* A node *)

Counts(c, gen, n) == votes' = IF gen = sent[c] \/ Flaw = "CountFromALaterQuestion" THEN [votes EXCEPT ![c] = @ \cup {n}]
                                                                                  ELSE votes

(* The fence of a node says for which tokens its owner has the vote: while the node has an owner, nobody else can raise it. *)
Raise(n, token) == fence' = [fence EXCEPT ![n] = Max(@, token)]

Vote(n, m) ==
  /\ MayVote(n)
  /\ \/ /\ owner[n] = Nobody /\ (m.token > fence[n] \/ Flaw = "AnyToken")
        /\ owner' = [owner EXCEPT ![n] = m.of] /\ leaseGen' = [leaseGen EXCEPT ![n] = m.gen]
     \/ /\ owner[n] = m.of
        /\ leaseGen' = [leaseGen EXCEPT ![n] = Max(@, m.gen)]
        /\ UNCHANGED owner
  /\ IF Flaw = "CountOldVotes" /\ owner[n] = m.of THEN UNCHANGED fence ELSE Raise(n, m.token)
  (* A vote for other tokens than those proposed may be taken back at any time, and does not count. *)
  /\ IF state[m.of] = "asking" /\ (fence'[n] = m.token \/ Flaw \in {"CountOldVotes", "AnyToken"})
     THEN Counts(m.of, m.gen, n) ELSE UNCHANGED votes
  /\ UNCHANGED barrier

(* Whatever tokens the vote was given for, it is one for those of the lease from now on. *)
Prolong(n, m) ==
  /\ owner[n] = m.of
  /\ leaseGen' = [leaseGen EXCEPT ![n] = Max(@, m.gen)]
  /\ IF Flaw = "RenewOldVotes" THEN UNCHANGED fence ELSE Raise(n, m.token)
  /\ IF state[m.of] = "inside" THEN Counts(m.of, m.gen, n) ELSE UNCHANGED votes
  /\ UNCHANGED <<owner, barrier>>

Restore(n, m) ==
  /\ MayVote(n) /\ (owner[n] = Nobody \/ Flaw = "RestoreInAnyCase")
  /\ owner' = [owner EXCEPT ![n] = m.of] /\ leaseGen' = [leaseGen EXCEPT ![n] = m.gen]
  /\ Raise(n, m.token)
  /\ UNCHANGED <<barrier, votes>>

Free(n) == owner' = [owner EXCEPT ![n] = Nobody] /\ leaseGen' = [leaseGen EXCEPT ![n] = 0]

Withdraw(n, m) == /\ owner[n] = m.of /\ (fence[n] = m.token \/ Flaw = "WithdrawAnyVote")
                  /\ Free(n) /\ UNCHANGED <<fence, barrier, votes>>

Release(n, m) == /\ owner[n] = m.of \/ (Flaw = "PlainDelete" /\ owner[n] /= Nobody)
                 /\ Free(n) /\ UNCHANGED <<fence, barrier, votes>>

Process(n) ==
  /\ \E m \in commands : CASE m.kind = "acquire"  -> Vote(n, m)
                           [] m.kind = "renew"    -> Prolong(n, m)
                           [] m.kind = "restore"  -> Restore(n, m)
                           [] m.kind = "withdraw" -> Withdraw(n, m)
                           [] m.kind = "release"  -> Release(n, m)
  /\ UNCHANGED <<state, sent, passed, proposed, belief, commands, history>>

Expire(n) ==
  /\ owner[n] /= Nobody /\ (passed[owner[n]] >= leaseGen[n] \/ Flaw = "ClockJumps")
  /\ Free(n) /\ UNCHANGED <<fence, barrier, clients, commands, history>>

(* A node restarts and has lost its data. It does not vote until the longest lease is over that it may have given before: by
   then every generation that had begun is over. It has lost its fence, too; the clocks of the clients, from which tokens are
   made, differ by less than it stays silent, so what they propose after that is above it. *)
Restart(n) ==
  /\ restarts < MaxRestarts /\ restarts' = restarts + 1
  /\ Free(n)
  /\ fence' = [fence EXCEPT ![n] = IF Flaw = "ClocksDifferTooMuch" THEN 0 ELSE @]
  /\ barrier' = [barrier EXCEPT ![n] = IF Flaw = "NoQuarantine" THEN Each(0) ELSE sent]
  /\ UNCHANGED <<clients, commands, highest, inOrder>>

----------------------------------------------------------------------------
Next == \/ \E c \in Clients : Attempt(c) \/ GiveBack(c) \/ AskMeanwhile(c) \/ Enter(c) \/ Renew(c) \/ Renewed(c) \/ Leave(c)
                              \/ Pass(c)
        \/ \E n \in Nodes : Process(n) \/ Expire(n) \/ Restart(n)

Spec == Init /\ [][Next]_vars

Symmetry == Permutations(Patient) \cup Permutations(Clients \ Patient) \cup Permutations(Nodes)

----------------------------------------------------------------------------
MutualExclusion == \A c, d \in Clients : Holds(c) /\ Holds(d) => c = d

(* Why that is so: a majority is kept for the holder, or silent. *)
HolderHasQuorum == \A c \in Clients : Holds(c) => Cardinality({n \in Nodes : owner[n] = c \/ ~MayVote(n)}) >= Quorum

FencingRises    == inOrder
=============================================================================
