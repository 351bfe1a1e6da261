-- Functions that acquire.lua and release.lua share. Keys and arguments are those of run.lua.

local call = redis.call
local channels, fence_ttl, tokens = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local started

-- Returns the time at which this script began to need it, in microseconds since 1970. They fit in the 53 bits of a Lua number
-- until the year 2255. It is asked for once: scripts are short, and commands cost more than all else in them.
local function now()
  if not started then
    local time = call('TIME')
    started = time[1] * 1000000 + time[2]
  end
  return started
end

-- Takes the fencing tokens of a grant, and keeps the last of them in the fence. Returns the first.
-- Time moves on even when the fence has expired or was lost in a failover, so tokens still rise.
local function take_tokens(fence, ttl)
  local first = now()
  local keep = math.max(ttl, fence_ttl)
  local last = tonumber(call('SET', fence, string.format('%.0f', first + tokens - 1), 'PX', keep, 'GET') or 0)
  if last >= first then
    first = last + 1
    -- Taken faster than microseconds go by, tokens are ahead of the time, which has to catch up before the fence expires;
    -- but a clock that was once far ahead leaves nothing behind for more than a day
    keep = keep + math.min(math.ceil((first + tokens - now()) / 1000), 86400000)
    call('SET', fence, string.format('%.0f', first + tokens - 1), 'PX', keep)
  end
  return first
end

local function queue_entry(owner, ttl)
  return ttl .. ' ' .. owner
end

-- Publishes a grant on the channel of an instance, if it listens here. Returns whether it does.
-- The nodes of a Cluster and the replicas of a master pass on what is published, but receivers are counted here only. An
-- instance that listens elsewhere would believe a grant that goes to the next waiter. So an empty message, which tells
-- nothing, goes first. Not allowed to publish counts as not listening: the waiter will ask by itself.
local function publish(channel, grant)
  local receivers = redis.pcall('PUBLISH', channel, '')
  if type(receivers) ~= 'number' or receivers == 0 then
    return false
  end
  call('PUBLISH', channel, grant)
  return true
end

-- Gives the lock to the first waiter that is alive, and tells its instance. Nobody listens for a dead one: it is dropped.
-- Returns whether there was such a waiter.
local function hand_over(lock, fence, queue)
  local entry = call('LPOP', queue)
  while entry do
    local ttl, owner, instance = string.match(entry, '^(%d+) ((.*)#.*)$')
    local first = take_tokens(fence, ttl)
    if publish(channels .. instance, string.format('%.0f ', first) .. owner) then
      call('SET', lock, owner, 'PX', ttl)
      return true
    end
    entry = call('LPOP', queue)
  end
  return false
end

