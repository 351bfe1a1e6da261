-- Acquires one lock: the short form of run.lua, with the same keys, arguments and result, except that an error is an error,
-- and a number is a number and no list of one.

local reply = acquire(KEYS[1], KEYS[2], KEYS[3], ARGV[5], ARGV[6], ARGV[4] == 'wait')
return type(reply) == 'number' and reply or {reply}
