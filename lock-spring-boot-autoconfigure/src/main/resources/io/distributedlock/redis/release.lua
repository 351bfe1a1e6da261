-- Takes the lock from an owner, and only from this owner, and hands it over to the first waiter that is alive.
-- An owner that does not hold the lock but waits for it loses its place.
--
-- KEYS[1]  the lock: string, the token of the holder
-- KEYS[2]  its fence: string, the last fencing token given out
-- KEYS[3]  its queue: list, '<time to live> <owner token>' of each waiter
-- ARGV[1]  prefix of the channels on which instances are told of their grants
-- ARGV[2]  shortest time to live of a fence, in milliseconds
-- ARGV[3]  number of fencing tokens of a grant
-- ARGV[4]  token of the owner
-- ARGV[5]  time to live with which it asked for the lock, in milliseconds
--
-- Returns 1 if the owner held the lock, otherwise 0.

if redis.call('GET', KEYS[1]) ~= ARGV[4] then
  redis.call('LREM', KEYS[3], 1, queue_entry(ARGV[4], ARGV[5]))
  return 0
end
if not hand_over(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], tonumber(ARGV[3])) then
  redis.call('DEL', KEYS[1])
end
return 1
