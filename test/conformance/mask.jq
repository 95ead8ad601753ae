# SPDX-License-Identifier: Apache-2.0
# mask.jq - names for what differs from run to run: MAC addresses and the names
# of host veths become "mac-1", "veth-1" ... in their order of appearance, so
# that two documents compare equal when the same things are the same in both.

# masked($keep): all but the addresses and names in the list $keep, which the
# configuration asked for.
def masked($keep):
	def tokens($pattern; $prefix):
		reduce ([.. | (strings, (objects | keys_unsorted[])) | scan($pattern)][]) as $text ({};
			if has($text) or ($keep | index($text)) then .
			else .[$text] = "\($prefix)-\(length + 1)" end);
	(tokens("\\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\\b"; "mac")
		| del(."00:00:00:00:00:00", ."ff:ff:ff:ff:ff:ff")) as $macs
	| tokens("\\bveth[0-9a-f]{8}\\b"; "veth") as $veths
	| ($macs + $veths) as $map
	| if $map == {} then .
	  else
		def renamed:
			if test("veth|:..:") then
				reduce ($map | to_entries[]) as $entry (.;
					if contains($entry.key)
					then split($entry.key) | join($entry.value)
					else . end)
			else . end;
		walk(if type == "string" then renamed
			elif type == "object" then with_entries(.key |= renamed)
			else . end)
	  end;
