-- Gives locks to their owners, each if it is free and nobody else waits for it.
--
-- KEYS[3i-2]  a lock: string, the token of the holder, with a time to live
-- KEYS[3i-1]  its fence: string, the last fencing token given out, with a time to live
-- KEYS[3i]    its queue: list, '<time to live> <owner token>' of each waiter, with a time to live
-- ARGV[1]     prefix of the channels on which instances are told of their grants
-- ARGV[2]     shortest time to live of a fence, in milliseconds
-- ARGV[3]     number of fencing tokens of a grant
-- ARGV[4]     '1' to queue the owner of a lock that is busy, otherwise '0'
-- ARGV[2i+3]  token of the owner that asks for lock i
-- ARGV[2i+4]  time to live of that lock, in milliseconds
--
-- Returns for each lock {1, first fencing token} if the owner holds it now, otherwise
-- {0, milliseconds left to the holder, token of the holder, highest token so far, 1 if the owner is queued or 0}.

local channels, fence_ttl, tokens, enqueue = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'

local function acquire(lock, fence, queue, owner, ttl)
  if redis.call('SET', lock, owner, 'NX', 'PX', ttl) then
    local head = redis.call('LINDEX', queue, 0)
    if head and head == queue_entry(owner, ttl) then
      redis.call('LPOP', queue)
      head = false
    end
    -- The lease of the last holder has run out: those who wait come first
    if not head or not hand_over(lock, fence, queue, channels, fence_ttl, tokens) then
      return {1, take_tokens(fence, tokens, ttl, fence_ttl)}
    end
  end
  local holder = redis.call('GET', lock)
  if holder == owner then
    -- The owner asks again because an answer or a grant was lost: same grant, time to live started anew
    redis.call('PEXPIRE', lock, ttl)
    local last = redis.call('GET', fence)
    return {1, last and (tonumber(last) - tokens + 1) or take_tokens(fence, tokens, ttl, fence_ttl)}
  end
  if enqueue then
    local entry = queue_entry(owner, ttl)
    if not redis.call('LPOS', queue, entry) then
      redis.call('RPUSH', queue, entry)
    end
    -- Waiters ask again well within their time to live; a queue of dead ones disappears
    if redis.call('PTTL', queue) < tonumber(ttl) then
      redis.call('PEXPIRE', queue, ttl)
    end
  end
  local time = redis.call('TIME')
  local latest = math.max(time[1] * 1000000 + time[2] - 1, redis.call('GET', fence) or 0)
  return {0, redis.call('PTTL', lock), holder, latest, enqueue and 1 or 0}
end

local replies = {}
for i = 1, #KEYS / 3 do
  replies[i] = acquire(KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i], ARGV[2 * i + 3], ARGV[2 * i + 4])
end
return replies
