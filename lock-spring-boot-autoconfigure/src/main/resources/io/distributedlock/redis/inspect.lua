-- Looks at a lock without changing it.
--
-- KEYS[1]  the lock: string, the token of the holder, with a time to live
-- KEYS[2]  its fence: string, the last fencing token
-- KEYS[3]  its queue: list, '<time to live> <owner token>' of each waiter
-- ARGV[1]  number of waiters to return
-- ARGV[2]  number of fencing tokens of a grant, which start with its time in microseconds
--
-- Returns {token of the holder or '', milliseconds left to the holder, last fencing token or 0, microseconds for which it
-- has held the lock or -1, number of waiters, the first entries of the queue}.

local holder = redis.call('GET', KEYS[1])
local last = tonumber(redis.call('GET', KEYS[2]) or 0)
local time = redis.call('TIME')
local held_for = -1
if holder and last > 0 then
  held_for = math.max(time[1] * 1000000 + time[2] - (last - ARGV[2] + 1), 0)
end
return {
  holder or '',
  redis.call('PTTL', KEYS[1]),
  last,
  held_for,
  redis.call('LLEN', KEYS[3]),
  redis.call('LRANGE', KEYS[3], 0, ARGV[1] - 1)
}
