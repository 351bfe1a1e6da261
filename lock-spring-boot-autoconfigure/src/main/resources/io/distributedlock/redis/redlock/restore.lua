-- Gives an owner that holds the lock by the votes of other nodes the vote of this one, too, if the lock is free here: the
-- node was away when the owner acquired it, or has lost it since.
--
-- KEYS[1]  the lock: string, the token of the holder, with a time to live
-- KEYS[2]  its fence: string, the last fencing token this node has voted for, with a time to live
-- ARGV[1]  token of the owner
-- ARGV[2]  time to live of the lock, in milliseconds
-- ARGV[3]  last of the fencing tokens that the owner was granted
-- ARGV[4]  time to live of the fence, in milliseconds
--
-- Returns 1 if the owner has the vote now, otherwise 0.

if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 0
end
-- Others may have asked for a vote here in vain: the fence never goes back
local latest = redis.call('GET', KEYS[2])
if not latest or tonumber(latest) < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
end
return 1
