-- Gives back the vote of one node, if it was given for these very tokens: its owner may have a newer one.
--
-- KEYS[1]  the lock: string, the token of the holder
-- KEYS[2]  its fence: string, the last fencing token this node has voted for
-- KEYS[3]  its waiters: sorted set of owner tokens by ticket, with a time to live
-- ARGV[1]  token of the owner
-- ARGV[2]  last of the fencing tokens it proposed
-- ARGV[3]  ticket with which it waits from now on, or '' not to wait
-- ARGV[4]  time to live with which it asked for the lock, in milliseconds
--
-- Returns 1 if the vote was given back, otherwise 0.

local withdrawn = 0
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[1])
  withdrawn = 1
end
if ARGV[3] ~= '' then
  wait(KEYS[3], ARGV[1], ARGV[3], ARGV[4])
end
return withdrawn
