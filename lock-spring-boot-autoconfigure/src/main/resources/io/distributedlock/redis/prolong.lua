-- Functions that renew.lua and redlock/renew.lua share.

local function prolong(key, ttl)
  if redis.call('PTTL', key) < tonumber(ttl) then
    redis.call('PEXPIRE', key, ttl)
  end
end

-- Another program may have put something else there. That must not fail the renewals of other locks, as all other errors do.
local function holds(lock, owner)
  local holder = redis.pcall('GET', lock)
  if type(holder) == 'table' and not string.find(holder.err, 'WRONGTYPE', 1, true) then
    return redis.call('GET', lock)
  end
  return holder == owner
end

