-- Takes the lock from an owner on one node, and only from this owner, and tells the one whose turn it is.
-- An owner that does not hold the lock but waits for it loses its place.
-- This is the part for a lock that nobody waits for; release-in-turn.lua goes on from here.
--
-- KEYS[1]  the lock: string, the token of the holder
-- KEYS[2]  its fence: string, the last fencing token this node has voted for
-- KEYS[3]  its waiters: sorted set of owner tokens by ticket
-- KEYS[4]  its turn: string, the token of the waiter for whom the free lock is kept, with a short time to live
-- ARGV[1]  token of the owner
-- ARGV[2]  prefix of the channels on which instances are told of their turns
-- ARGV[3]  time to live of a turn, in milliseconds
--
-- Returns 1 if the owner held the lock, otherwise 0.

local held = redis.call('GET', KEYS[1]) == ARGV[1]
if held then
  redis.call('DEL', KEYS[1])
  if redis.call('EXISTS', KEYS[3]) == 0 then
    return 1
  end
end

