-- /etc/rspamd/rspamd.local.lua: senders that a customer or one of its domains allows or
-- blocks, from the portal. Lines of the map: "recipient.example|sender.example block".
--
-- No multimap rule: it writes what it has found among the symbols, and so to each
-- recipient which other domains got the mail too.
local senders = rspamd_config:add_map {
  type = "hash",
  url = "https://portal.example/rules/TOKEN",
  description = "senders allowed or blocked in the portal",
}

local LABELS_MAX = 10

-- Each pattern that means the address, the narrowest first.
local function patterns(address)
  local lower = address.addr:lower()
  local domain = (address.domain or ""):lower()
  if domain == "" then return {} end
  local list, above, count = { lower, domain }, domain, 0
  while count < LABELS_MAX do
    above = above:match("^[^.]+%.(.+)$")
    if not above then break end
    list[#list + 1] = "*." .. above
    count = count + 1
  end
  return list
end

-- What the list of one recipient's domain says, the narrowest entry first. An allowed
-- sender counts as From only, and only where DMARC has proved it.
local function look_up(domain, from, envelope, is_proved)
  local width_max = math.max(#from, #envelope)
  for width = 1, width_max do
    local told = {}
    for is_from, list in pairs({ [true] = from, [false] = envelope }) do
      local verb = list[width] and senders:get_key(domain .. "|" .. list[width])
      if verb == "block" or (verb == "allow" and is_from and is_proved) then
        told[verb] = true
      end
    end
    if told.block then return "block" end
    if told.allow then return "allow" end
  end
  return nil
end

local function first(list)
  return list and list[1] and patterns(list[1]) or {}
end

local function check(task)
  local recipients = task:get_recipients("smtp") or {}
  local from, envelope = first(task:get_from("mime")), first(task:get_from("smtp"))
  local is_proved = task:has_symbol("DMARC_POLICY_ALLOW")
  local allowed, seen = 0, {}
  for _, recipient in ipairs(recipients) do
    local domain = (recipient.domain or ""):lower()
    seen[domain] = seen[domain] or look_up(domain, from, envelope, is_proved) or "-"
    if seen[domain] == "block" then
      task:insert_result("CLEANMAIL_BLOCKED", 1.0)
      return
    end
    if seen[domain] == "allow" then allowed = allowed + 1 end
  end
  -- One recipient's list must not decide for the others.
  if allowed > 0 and allowed == #recipients then
    task:insert_result("CLEANMAIL_LISTED", 1.0)
  end
end

local id = rspamd_config:register_symbol {
  name = "CLEANMAIL_SENDERS",
  type = "callback",
  callback = check,
}
for _, name in ipairs({ "CLEANMAIL_BLOCKED", "CLEANMAIL_LISTED" }) do
  rspamd_config:register_symbol { name = name, type = "virtual", parent = id }
end
rspamd_config:register_dependency("CLEANMAIL_SENDERS", "DMARC_CHECK")
