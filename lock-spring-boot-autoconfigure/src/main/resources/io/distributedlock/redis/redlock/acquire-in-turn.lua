-- The rest of acquire.lua, for a lock that is not free or that somebody waits for.

local holder
if free then
  holder = next_in_turn(waiters, turn, owner, fence, ARGV[7], ARGV[8])
  if not holder or holder == owner then
    local token = vote()
    if token > 0 then
      redis.call('ZREM', waiters, owner)
      redis.call('DEL', turn)
    end
    return token
  end
  redis.call('DEL', lock)
else
  holder = redis.call('GET', lock)
end

local latest = tonumber(redis.call('GET', fence) or 0)
if holder == owner then
  -- The owner asks again because answers were lost: same vote, time to live started anew unless it has more than that. If
  -- it proposes higher tokens, the vote is for those from now on, and who gives back the earlier one comes too late
  if redis.call('PTTL', lock) < tonumber(ttl) then
    redis.call('PEXPIRE', lock, ttl)
  end
  if latest < tonumber(first) then
    return vote()
  end
  return latest - (tonumber(last) - tonumber(first))
end
if ARGV[6] ~= '' then
  wait(waiters, owner, ARGV[6], ttl)
end
return {math.max(redis.call('PTTL', lock), redis.call('PTTL', turn)), holder, latest}
