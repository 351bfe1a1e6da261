-- Prolongs leases on one node, each only if its owner still has the vote, none to less than it has. From now on it is a vote
-- for the tokens of the lease: the node may have given it for earlier ones, and who gives those back comes too late.
-- The fence lasts at least as long as the lock, so that one can see for how long a lock is held.
--
-- KEYS[2i-1]  a lock: string, the token of the holder, with a time to live
-- KEYS[2i]    its fence: string, the last fencing token this node has voted for, with a time to live
-- ARGV[1]     shortest time to live of a fence, in milliseconds
-- ARGV[3i-1]  token of the owner of lock i
-- ARGV[3i]    time to live it is to have from now, in milliseconds
-- ARGV[3i+1]  last of the fencing tokens that the owner was granted, or '' if it is not known any more
--
-- Returns a list with 1 for each owner that has the vote, otherwise 0.

local held = {}
for i = 1, #KEYS / 2 do
  local lock, fence = KEYS[2 * i - 1], KEYS[2 * i]
  local owner, ttl, token = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  held[i] = 0
  if holds(lock, owner) then
    held[i] = 1
    prolong(lock, ttl)
    local latest = token ~= '' and redis.call('GET', fence)
    if latest and tonumber(latest) < tonumber(token) then
      redis.call('SET', fence, token, 'PX', math.max(ttl, ARGV[1]))
    else
      prolong(fence, ttl)
    end
  end
end
return held
