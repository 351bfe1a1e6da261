-- Goes on for an owner that has found the lock free and has taken it. Returns the first fencing token, or nothing if somebody
-- was waiting and has got the lock.
local function enter(lock, fence, queue, owner, ttl)
  local head = call('LINDEX', queue, 0)
  if head and head == queue_entry(owner, ttl) then
    call('LPOP', queue)
    head = false
  end
  -- The lease of the last holder has run out: those who wait come first
  if not head or not hand_over(lock, fence, queue) then
    return take_tokens(fence, ttl)
  end
end

-- Gives a lock to an owner if it is free and nobody else waits for it.
-- Returns the first fencing token if the owner holds it now, otherwise
-- {0, milliseconds left to the holder, token of the holder, highest token so far, 1 if the owner is queued or 0,
-- microseconds since the latest grant or -1 if its fence has expired}.
local function acquire(lock, fence, queue, owner, ttl, enqueue)
  if call('SET', lock, owner, 'NX', 'PX', ttl) then
    local done, token = pcall(enter, lock, fence, queue, owner, ttl)
    if not done then
      -- Such as a key that another program uses: who is told of an error has no lock
      call('DEL', lock)
      error(token, 0)
    end
    if token then
      return token
    end
  end
  local holder = call('GET', lock)
  if holder == owner then
    -- The owner asks again because an answer or a grant was lost: same grant, time to live started anew. It may have more
    -- than that: the question may come late, when the owner has got in by a grant and has extended its lease
    if call('PTTL', lock) < tonumber(ttl) then
      call('PEXPIRE', lock, ttl)
    end
    local last = call('GET', fence)
    return last and (tonumber(last) - tokens + 1) or take_tokens(fence, ttl)
  end
  if enqueue then
    local entry = queue_entry(owner, ttl)
    if not call('LPOS', queue, entry) then
      call('RPUSH', queue, entry)
    end
    -- Waiters ask again well within their time to live; a queue of dead ones disappears
    if call('PTTL', queue) < tonumber(ttl) then
      call('PEXPIRE', queue, ttl)
    end
  end
  local last = tonumber(call('GET', fence) or 0)
  -- The tokens of a grant start with its time, a little later if grants follow one another within microseconds
  local held_for = last > 0 and math.max(now() - (last - tokens + 1), 0) or -1
  return {0, call('PTTL', lock), holder, math.max(now() - 1, last), enqueue and 1 or 0, held_for}
end

