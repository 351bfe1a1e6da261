-- Prolongs leases, each only if its owner still holds the lock, none to less than it has. The fence lasts at least as long
-- as the lock, so that one can see for how long a lock is held.
--
-- KEYS[2i-1]  a lock: string, the token of the holder, with a time to live
-- KEYS[2i]    its fence: string, the last fencing token given out, with a time to live
-- ARGV[2i-1]  token of its owner
-- ARGV[2i]    time to live it is to have from now, in milliseconds
--
-- Returns a list with 1 for each owner that holds its lock, otherwise 0.

local held = {}
for i = 1, #KEYS / 2 do
  held[i] = 0
  if holds(KEYS[2 * i - 1], ARGV[2 * i - 1]) then
    held[i] = 1
    prolong(KEYS[2 * i - 1], ARGV[2 * i])
    prolong(KEYS[2 * i], ARGV[2 * i])
  end
end
return held
