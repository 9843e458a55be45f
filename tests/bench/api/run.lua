-- wrk -s run.lua URL -- JOB FILE: starts JOB again and again; the ids of what was accepted go to FILE.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(here .. "figures.lua")

local message
local accepted

function init(arguments)
    message = wrk.format("POST", "/api/jobs/" .. arguments[1] .. "/run")
    accepted = io.open(arguments[2], "w")
    accepted:setvbuf("full")
end

function request()
    return message
end

function response(status, headers, body)
    local id = body:match('"executionId"%s*:%s*"([^"]+)"')
    if status == 200 and id then
        accepted:write(id, "\n")
    end
end
