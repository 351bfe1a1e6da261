-- Takes a lock from an owner, and only from this owner, and hands it over to the first waiter that is alive.
-- An owner that does not hold the lock but waits for it loses its place. The time to live is the one it asked with.
-- Returns 1 if the owner held the lock, otherwise 0.
local function release(lock, fence, queue, owner, ttl)
  if call('GET', lock) ~= owner then
    call('LREM', queue, 1, queue_entry(owner, ttl))
    return 0
  end
  if not hand_over(lock, fence, queue) then
    call('DEL', lock)
  end
  return 1
end

