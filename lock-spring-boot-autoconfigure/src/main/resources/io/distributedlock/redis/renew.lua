-- Prolongs leases, each only if its owner still holds the lock, none to less than it has.
--
-- KEYS[i]      a lock: string, the token of the holder, with a time to live
-- ARGV[2i-1]   token of its owner
-- ARGV[2i]     time to live it is to have from now, in milliseconds
--
-- Returns a list with 1 for each owner that holds its lock, otherwise 0.

local held = {}
for i, lock in ipairs(KEYS) do
  held[i] = 0
  if redis.call('GET', lock) == ARGV[2 * i - 1] then
    held[i] = 1
    local left = redis.call('PTTL', lock)
    if left < tonumber(ARGV[2 * i]) then
      redis.call('PEXPIRE', lock, ARGV[2 * i])
    end
  end
end
return held
