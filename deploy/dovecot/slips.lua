-- Says of a log-in that was refused which slip it was, if it was a usual one: the class,
-- never what was typed. It lets nobody in, whatever it finds. The same classes as
-- diagnostics/slips.py has; see docs/decisions/0021-slips-by-lua.md.
--
-- A try costs what the hash costs (argon2id, 19 MB, some 30 ms): at most MAX_TRIES for a
-- refusal, once in PAUSE seconds a name, PER_MINUTE refusals a minute a worker.
local MAX_TRIES, PAUSE, PER_MINUTE, LONGEST = 8, 5, 30, 200

local seen, minute, count = {}, 0, 0

local function may_look(name)
  local now = os.time()
  if now - minute >= 60 then
    seen, minute, count = {}, now, 0
  end
  if count >= PER_MINUTE or (seen[name] and now - seen[name] < PAUSE) then
    return false
  end
  seen[name], count = now, count + 1
  return true
end

-- Blanks as people paste them: no-break and zero-width ones too.
local ODD_BLANKS = { "\u{a0}", "\u{ad}", "\u{200b}", "\u{2060}", "\u{feff}" }

local function without_blanks(text)
  local again = true
  while again do
    again = false
    local cut = text:gsub("^%s+", ""):gsub("%s+$", "")
    for _, odd in ipairs(ODD_BLANKS) do
      if cut:sub(1, #odd) == odd then cut = cut:sub(#odd + 1) end
      if #cut >= #odd and cut:sub(-#odd) == odd then cut = cut:sub(1, -#odd - 1) end
    end
    again, text = cut ~= text, cut
  end
  return text
end

local function swapped(text)
  return (text:gsub("%a", function(sign)
    return sign == sign:upper() and sign:lower() or sign:upper()
  end))
end

local PLAIN = {
  ["\u{2018}"] = "'", ["\u{2019}"] = "'", ["\u{201a}"] = "'", ["\u{b4}"] = "'",
  ["\u{201c}"] = '"', ["\u{201d}"] = '"', ["\u{201e}"] = '"',
  ["\u{ab}"] = '"', ["\u{bb}"] = '"', ["\u{2039}"] = "'", ["\u{203a}"] = "'",
  ["\u{2013}"] = "-", ["\u{2014}"] = "-", ["\u{2026}"] = "...", ["\u{a0}"] = " ",
}

local function with_plain_quotes(text)
  return (text:gsub(utf8.charpattern, PLAIN))
end

local function unquoted(text)
  local first, inner, last = text:match("^(['\"])(.+)(['\"])$")
  return first == last and inner or nil
end

local ENTITIES = {
  ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&#34;"] = '"', ["&#39;"] = "'",
  ["&#x27;"] = "'", ["&apos;"] = "'", ["&amp;"] = "&", ["&nbsp;"] = " ",
}

local function from_html(text)
  return (text:gsub("&#?%w+;", ENTITIES))
end

local function to_html(text)
  return (text:gsub("[&<>\"']", {
    ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#x27;",
  }))
end

local function to_latin1(text)
  return (text:gsub("[\xc2\xc3][\x80-\xbf]", function(pair)
    return string.char((pair:byte(1) - 0xc0) * 64 + pair:byte(2) - 0x80)
  end))
end

local function to_utf8(text)
  return (text:gsub("[\x80-\xff]", function(sign) return utf8.char(sign:byte()) end))
end

-- Letters of our languages, whole and as letter with mark (NFC, NFD).
local TWO = {}
for pair in ([[
  àà áá ââ ää åå çç èè éé êê ëë ìì íí îî ïï ññ òò óó ôô öö ùù úú ûû üü
  ÀÀ ÁÁ ÂÂ ÄÄ ÅÅ ÇÇ ÈÈ ÉÉ ÊÊ ËË ÌÌ ÍÍ ÎÎ ÏÏ ÑÑ ÒÒ ÓÓ ÔÔ ÖÖ ÙÙ ÚÚ ÛÛ ÜÜ
]]):gmatch("%S+") do
  local whole = pair:sub(1, 2)
  TWO[whole] = pair:sub(3)
end
local ONE = {}
for whole, parts in pairs(TWO) do ONE[parts] = whole end

local function composed(text)
  return (text:gsub("%a[\xcc\xcd][\x80-\xbf]", ONE))
end

local function decomposed(text)
  return (text:gsub("[\xc3][\x80-\xbf]", TWO))
end

-- What was likely meant, the likeliest first.
local function candidates(typed)
  local found, known = {}, { [typed] = true }
  local function add(class, text)
    if text and text ~= "" and not known[text] and #found < MAX_TRIES then
      known[text] = true
      found[#found + 1] = { class, text }
    end
  end
  add("blank", without_blanks(typed))
  add("case", swapped(typed))
  add("quotes", unquoted(typed))
  add("quotes", with_plain_quotes(typed))
  add("quotes", unquoted(with_plain_quotes(typed)))
  add("html", from_html(typed))
  add("encoding", utf8.len(typed) and to_latin1(typed) or to_utf8(typed))
  add("encoding", composed(typed))
  add("encoding", decomposed(typed))
  add("cut", typed:match("^(.-)%s*#"))
  add("cut", typed:match(":(.*)$"))
  add("case", typed:sub(1, 1):lower() .. typed:sub(2))
  add("html", to_html(typed))
  return found
end

local function slip_of(request, hash, typed)
  for _, candidate in ipairs(candidates(typed)) do
    if request:password_verify(hash, candidate[2]) == 1 then
      return candidate[1]
    end
  end
  return nil
end

function auth_password_verify(request, typed)
  if not request.passdb["userdb_slip_asked"] then
    -- The database is down: nobody knows whether it was right, the next passdb gives no
    -- answer. (A worker does not hear of `passdbs_seen_internal_failure`.)
    return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, ""
  end
  local name = request.passdb["userdb_slip_name"]
  local hash = request.passdb["userdb_slip_hash"]
  if name and name ~= request.user then
    request:log_info("slip=user-domain-" .. (request.user:find("@") and "added" or "missing"))
  elseif hash and #typed <= LONGEST and may_look(name) then
    local slip = slip_of(request, hash, typed)
    if slip then
      request:log_info("slip=" .. slip)
    end
  end
  return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, ""
end

-- Nobody may ask for credentials here.
function auth_passdb_lookup(_)
  return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, ""
end

function script_init()
  return 0
end

function script_deinit()
end
