-- Writes a lock once more, if its owner still holds it: WAIT on the same connection then counts the replicas that have it.
-- Its time to live starts anew, because it may have been granted by a server from which this one has taken over since, with
-- an older state of it.
--
-- KEYS[1]  the lock: string, the token of the holder, with a time to live
-- ARGV[1]  token of the owner
-- ARGV[2]  time to live with which the owner has asked for it, in milliseconds
--
-- Returns 1 if the owner holds the lock, otherwise 0.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), ARGV[2]))
return 1
