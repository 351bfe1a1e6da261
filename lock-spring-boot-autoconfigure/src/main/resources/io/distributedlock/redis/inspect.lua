-- Looks at a lock without changing it.
--
-- KEYS[1]  the lock: string, the token of the holder, with a time to live
-- KEYS[2]  its fence: string, the last fencing token
--
-- Returns {token of the holder or '', milliseconds left to the holder, last fencing token or 0}.

return {
  redis.call('GET', KEYS[1]) or '',
  redis.call('PTTL', KEYS[1]),
  tonumber(redis.call('GET', KEYS[2]) or 0)
}
