-- wrk -s get.lua URL -- FILE: GETs executions at random, whose ids are the lines of FILE.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(here .. "figures.lua")

local ids = {}

function init(arguments)
    for id in io.lines(arguments[1]) do
        ids[#ids + 1] = id
    end
end

function request()
    return wrk.format("GET", "/api/executions/" .. ids[math.random(#ids)])
end
