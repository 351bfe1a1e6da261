-- Does one thing after another with locks: what many threads of an instance want at the same time costs one script call.
-- What fails does not keep the others from being done.
--
-- KEYS[3i-2]  a lock: string, the token of the holder, with a time to live
-- KEYS[3i-1]  its fence: string, the last fencing token given out, with a time to live
-- KEYS[3i]    its queue: list, '<time to live> <owner token>' of each waiter, with a time to live
-- ARGV[1]     prefix of the channels on which instances are told of their grants
-- ARGV[2]     shortest time to live of a fence, in milliseconds
-- ARGV[3]     number of fencing tokens of a grant
-- ARGV[3i+1]  what to do with lock i: 'try' to acquire it, 'wait' for it in the queue if it is busy, or 'release' it
-- ARGV[3i+2]  token of the owner
-- ARGV[3i+3]  time to live with which the owner asks or has asked for it, in milliseconds
--
-- Returns for each lock what acquire or release returned, or {-1, message} if that failed.
-- (Mostly numbers, because to return a list costs Redis as much as half of the rest.)

local function run(i)
  local lock, fence, queue = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  local action, owner, ttl = ARGV[3 * i + 1], ARGV[3 * i + 2], ARGV[3 * i + 3]
  if action == 'release' then
    return release(lock, fence, queue, owner, ttl)
  end
  return acquire(lock, fence, queue, owner, ttl, action == 'wait')
end

local replies = {}
for i = 1, #KEYS / 3 do
  local done, reply = pcall(run, i)
  replies[i] = done and reply or {-1, type(reply) == 'table' and reply.err or reply}
end
return replies
