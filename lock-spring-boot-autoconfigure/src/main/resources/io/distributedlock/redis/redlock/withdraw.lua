-- Gives back the vote of one node, if it was given for these very tokens: its owner may have a newer one. Tells the one whose
-- turn it is then, unless the owner goes on trying: those who share the votes among them would take turns in vain.
--
-- KEYS[1]  the lock: string, the token of the holder
-- KEYS[2]  its fence: string, the last fencing token this node has voted for
-- KEYS[3]  its waiters: sorted set of owner tokens by ticket, with a time to live
-- KEYS[4]  its turn: string, the token of the waiter for whom the free lock is kept, with a short time to live
-- ARGV[1]  token of the owner
-- ARGV[2]  last of the fencing tokens it proposed
-- ARGV[3]  ticket with which it waits from now on, or '' not to wait
-- ARGV[4]  time to live with which it asked for the lock, in milliseconds
-- ARGV[5]  prefix of the channels on which instances are told of their turns
-- ARGV[6]  time to live of a turn, in milliseconds
--
-- Returns 1 if the vote was given back, otherwise 0.

local withdrawn = 0
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[1])
  withdrawn = 1
end
if ARGV[3] ~= '' then
  wait(KEYS[3], ARGV[1], ARGV[3], ARGV[4])
elseif withdrawn == 1 then
  next_in_turn(KEYS[3], KEYS[4], '', KEYS[2], ARGV[5], ARGV[6])
end
return withdrawn
