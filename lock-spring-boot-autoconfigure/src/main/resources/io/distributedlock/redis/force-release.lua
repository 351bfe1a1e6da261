-- Takes a lock from whoever holds it, tells the instance of the holder, and hands the lock over to the first waiter that is
-- alive.
--
-- KEYS[1]  the lock: string, the token of the holder
-- KEYS[2]  its fence: string, the last fencing token given out
-- KEYS[3]  its queue: list, '<time to live> <owner token>' of each waiter
-- ARGV[1]  prefix of the channels on which instances are told of their grants
-- ARGV[2]  shortest time to live of a fence, in milliseconds
-- ARGV[3]  number of fencing tokens of a grant
--
-- Returns what the lock was before: {token of the holder or '', milliseconds left to the holder, last fencing token or 0,
-- microseconds for which it had held the lock or -1}.

local holder = call('GET', KEYS[1])
if not holder then
  return {'', 0, 0, -1}
end
local last = tonumber(call('GET', KEYS[2]) or 0)
local held_for = last > 0 and math.max(now() - (last - tokens + 1), 0) or -1
local before = {holder, call('PTTL', KEYS[1]), last, held_for}
local instance = string.match(holder, '^(.*)#')
if instance then
  -- Nobody may listen, and not to be allowed to publish is no reason to leave the lock: the holder will ask by itself
  redis.pcall('PUBLISH', channels .. instance, 'revoked ' .. holder)
end
if not hand_over(KEYS[1], KEYS[2], KEYS[3]) then
  call('DEL', KEYS[1])
end
return before
