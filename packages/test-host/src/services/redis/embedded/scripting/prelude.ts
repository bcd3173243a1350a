/**
 * The world a script sees, as Redis 7.0 makes it: `redis`, the harmless libraries of Lua 5.1, read-only globals. Returns
 * two functions: `compile(digest, source)`, which answers nothing or an error, and `run(digest, number of keys, keys...,
 * arguments...)`. The engine is Lua 5.4 and Redis's 5.1: what 5.1 has under other names is given those, and numbers
 * print as there. Three things stay different: `..` prints a whole float with `.0`, integers are 64 bits wide instead
 * of doubles, and the engine's own error messages are worded differently.
 */
export const PRELUDE = String.raw`
local native, call, sha1hex = ...
local load, error, type, select, tonumber, xpcall, setmetatable = load, error, type, select, tonumber, xpcall, setmetatable
local format, getinfo, mathtype, unpack = string.format, debug.getinfo, math.type, table.unpack
local SOURCE = "@user_script"

local function readonly(table)
  return setmetatable({}, {
    __index = table,
    __newindex = function() error("Attempt to modify a readonly table", 2) end,
    __metatable = false,
  })
end

local function pick(library, names)
  local picked = {}
  for name in names:gmatch("%S+") do picked[name] = library[name] end
  return picked
end

local function as_text(value)
  if type(value) == "number" then return format("%.14g", value) end
  return tostring(value)
end

local function checked(...)
  local args = { ... }
  local count = select("#", ...)
  if count == 0 then
    return nil, { err = "ERR Please specify at least one argument for this redis lib call" }
  end
  for index = 1, count do
    local kind = type(args[index])
    if kind == "number" then
      args[index] = format("%.17g", args[index])
    elseif kind ~= "string" then
      return nil, { err = "ERR Lua redis lib command arguments must be strings or integers" }
    end
  end
  return args
end

local function execute(...)
  local args, problem = checked(...)
  if args == nil then return problem end
  return call(unpack(args))
end

local function one_string(...)
  if select("#", ...) ~= 1 or type((...)) ~= "string" then return nil end
  return (...)
end

local redis = {
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REPL_NONE = 0, REPL_SLAVE = 1, REPL_REPLICA = 1, REPL_AOF = 2, REPL_ALL = 3,
  REDIS_VERSION = "7.0.15", REDIS_VERSION_NUM = 0x0007000f,
  pcall = execute,
  call = native(function(...)
    local reply = execute(...)
    if type(reply) == "table" and reply.err ~= nil then error(reply) end
    return reply
  end),
  error_reply = function(...)
    local text = one_string(...)
    if text == nil then return { err = "ERR wrong number or type of arguments" } end
    return { err = (text:gsub("^%-", "")) }
  end,
  status_reply = function(...)
    local text = one_string(...)
    if text == nil then return { err = "ERR wrong number or type of arguments" } end
    return { ok = text }
  end,
  sha1hex = native(function(...)
    if select("#", ...) ~= 1 then error({ err = "ERR wrong number of arguments" }) end
    return sha1hex(as_text((...)))
  end),
  log = function() end,
  set_repl = function() end,
  replicate_commands = function() return true end,
  setresp = function(version)
    if version ~= 2 then error({ err = "ERR RESP version must be 2: this server has no RESP3" }) end
  end,
}

local strings = pick(string, "byte char find format gmatch gsub len lower match rep reverse sub upper")
strings.gfind = string.gmatch
local tables = pick(table, "concat insert remove sort")
tables.getn = function(list) return #list end
local maths = pick(math, "abs acos asin atan ceil cos deg exp floor fmod huge log max min modf pi rad random randomseed sin sqrt tan")
maths.pow = function(base, exponent) return base ^ exponent end
maths.log10 = function(value) return math.log(value, 10) end
maths.mod = math.fmod

local globals = pick(_G, "assert error getmetatable ipairs next pairs pcall rawequal rawget select setmetatable tonumber type xpcall _VERSION")
globals._VERSION = "Lua 5.1"
globals.tostring = as_text
globals.pcall = function(...)
  local results = table.pack(pcall(...))
  local problem = results[2]
  if not results[1] and type(problem) == "table" and problem.err ~= nil then results[2] = problem.err end
  return unpack(results, 1, results.n)
end
globals.unpack = unpack
globals.redis = readonly(redis)
globals.string = readonly(strings)
globals.table = readonly(tables)
globals.math = readonly(maths)
getmetatable("").__metatable = false

local environment = setmetatable({}, {
  __index = function(_, name)
    local value = globals[name]
    if value == nil then
      error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
    end
    return value
  end,
  __newindex = function() error("Attempt to modify a readonly table", 2) end,
  __metatable = false,
})
globals._G = environment
globals.loadstring = function(source, name) return load(source, name or source, "t", environment) end

-- Adds where it happened: the innermost line of the script itself.
local function explain(problem)
  if type(problem) ~= "table" then problem = { err = "ERR " .. tostring(problem) } end
  for level = 2, 100 do
    local info = getinfo(level, "Sl")
    if info == nil then break end
    if info.source == SOURCE then
      return { err = tostring(problem.err), line = info.currentline }
    end
  end
  return { err = tostring(problem.err), line = -1 }
end

local compiled = {}

local function compile(digest, source)
  local script, problem = load(source, SOURCE, "t", environment)
  if script == nil then
    local text = problem:gsub("near <eof>", "near '<eof>'")
    return { err = "ERR Error compiling script (new function): " .. text }
  end
  compiled[digest] = script
  return true
end

local function run(digest, count, ...)
  local keys, arguments = {}, { ... }
  count = tonumber(count)
  for index = 1, count do keys[index] = arguments[index] end
  globals.KEYS = keys
  globals.ARGV = table.move(arguments, count + 1, #arguments, 1, {})
  local succeeded, result = xpcall(compiled[digest], explain)
  if succeeded then return result end
  return { err = format("%s script: %s, on %s:%d.", result.err, digest, SOURCE, result.line) }
end

return compile, run
`;
