-- The rest of release.lua, for a lock that the owner does not hold or that somebody waits for.

if not held then
  redis.call('ZREM', KEYS[3], ARGV[1])
  if redis.call('GET', KEYS[4]) ~= ARGV[1] then
    return 0
  end
  -- The one whose turn it was does not want it any more
  redis.call('DEL', KEYS[4])
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  next_in_turn(KEYS[3], KEYS[4], '', KEYS[2], ARGV[2], ARGV[3])
end
return held and 1 or 0
