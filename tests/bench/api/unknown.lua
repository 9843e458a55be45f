-- The reference: what HTTP alone costs. No route, no key, no store.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(here .. "figures.lua")

function request()
    return wrk.format("GET", "/api/nothing")
end
