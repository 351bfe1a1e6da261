-- Functions that the other scripts contain.

-- Lets an owner wait. Waiters are ordered by their tickets on every node alike, whichever node they reached first.
local function wait(waiters, owner, ticket, ttl)
  redis.call('ZADD', waiters, 'NX', ticket, owner)
  -- Waiters ask again well within their time to live; those who died disappear together
  if redis.call('PTTL', waiters) < tonumber(ttl) then
    redis.call('PEXPIRE', waiters, ttl)
  end
end

-- Returns the owner whose turn it is when the lock is free, or false if nobody waits. Unless it is the one who asks, the
-- lock is kept for that owner for a moment, and its instance is told. Nobody listens for a dead one: it is dropped.
local function next_in_turn(waiters, turn, asker, fence, channels, turn_ttl)
  local owner = redis.call('GET', turn)
  if owner then
    return owner
  end
  owner = redis.call('ZPOPMIN', waiters)[1]
  while owner and owner ~= asker do
    local instance = string.match(owner, '^(.*)#')
    local hint = (redis.call('GET', fence) or 0) .. ' ' .. owner
    -- Not allowed to publish counts as not alive: the waiter will ask by itself
    local receivers = instance and redis.pcall('PUBLISH', channels .. instance, hint)
    if type(receivers) == 'number' and receivers > 0 then
      redis.call('SET', turn, owner, 'PX', turn_ttl)
      return owner
    end
    owner = redis.call('ZPOPMIN', waiters)[1]
  end
  return owner or false
end

