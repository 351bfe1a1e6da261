-- Asks one node for its vote: gives it if the lock is free there and it is nobody else's turn.
-- This is the part for a lock that nobody waits for; acquire-in-turn.lua goes on from here.
--
-- KEYS[1]  the lock: string, the token of the holder, with a time to live
-- KEYS[2]  its fence: string, the last fencing token this node has voted for, with a time to live
-- KEYS[3]  its waiters: sorted set of owner tokens by ticket, with a time to live
-- KEYS[4]  its turn: string, the token of the waiter for whom the free lock is kept, with a short time to live
-- ARGV[1]  token of the owner that asks
-- ARGV[2]  time to live of the lock, in milliseconds
-- ARGV[3]  first of the fencing tokens it proposes
-- ARGV[4]  last of them
-- ARGV[5]  time to live of the fence, in milliseconds
-- ARGV[6]  ticket with which the owner waits if the lock is busy, or '' not to wait
-- ARGV[7]  prefix of the channels on which instances are told of their turns
-- ARGV[8]  time to live of a turn, in milliseconds
--
-- Returns one of
-- first fencing token, if the owner has this node's vote now: the token of an earlier vote if it had that already;
-- - last fencing token, if the lock is free but what was proposed is not above that token;
-- {milliseconds left, token of the one who holds the lock or whose turn it is, last fencing token or 0}, if it is busy.
-- (Numbers, because to return a list costs Redis as much as all the rest.)

local lock, fence, waiters, turn = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner, ttl, first, last, fence_ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

-- Gives the vote to the owner, who has taken the lock, unless the node has voted for higher tokens.
local function vote()
  local latest = redis.call('SET', fence, last, 'PX', fence_ttl, 'GET')
  if latest and tonumber(latest) >= tonumber(first) then
    redis.call('SET', fence, latest, 'PX', fence_ttl)
    redis.call('DEL', lock)
    return -tonumber(latest)
  end
  return tonumber(first)
end

local free = redis.call('SET', lock, owner, 'NX', 'PX', ttl)
if free and redis.call('EXISTS', waiters, turn) == 0 then
  return vote()
end

