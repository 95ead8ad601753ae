# SPDX-License-Identifier: Apache-2.0
# report.awk - what guest.sh wrote, as one line per test and a sum
#
# With strict=1 a skip is a failure.  A case of a test: "[  OK ] name" (cmocka) or "script: name: ok" (netns.sh).
function outcome(word, text) {
	count[word]++
	cases[word]++
	if (word != "passed")
		notes = notes "    " word ": " text "\n"
}
/^@@$/ { next }
/^@[^ ]+$/ {
	name = substr($0, 2)
	output = notes = reason = ""
	delete cases
	next
}
/^@[^ ]+ [0-9]+ / {
	result = $2 == 0 ? "passed" : $2 == 77 ? "skipped" : "FAILED"
	if (result == "FAILED")
		failed++
	total++
	# One that names no cases is one.
	if (!(cases["passed"] + cases["failed"] + cases["skipped"]))
		outcome(tolower(result), reason)
	if (result == "FAILED")
		printf "%s", output
	printf "%s: %s in %s s (%d passed, %d failed, %d skipped)%s\n", name, result, $3,
		cases["passed"], cases["failed"], cases["skipped"],
		result == "skipped" ? ": " reason : ""
	printf "%s", notes
	next
}
{ output = output "  | " $0 "\n" }
/SKIP: / { reason = $0; sub(/.*SKIP: /, "", reason) }
/^\[ +OK +\]/ { outcome("passed", $NF) }
/^\[ +FAILED +\] [A-Za-z_0-9]+$/ { outcome("failed", $NF) }
/^\[ +SKIPPED +\] [A-Za-z_0-9]+$/ { outcome("skipped", $NF (reason == "" ? "" : ": " reason)); reason = "" }
/^[a-z_0-9-]+\.sh: test_.*: ok$/ { outcome("passed", $2) }
/^[a-z_0-9-]+\.sh: test_.*: FAILED/ { outcome("failed", $2) }
/^[a-z_0-9-]+\.sh: test_.*: skipped$/ { outcome("skipped", $2 (reason == "" ? "" : " " reason)); reason = "" }
END {
	if (strict && count["skipped"] > 0) {
		print "FAILED: nothing may be skipped here"
		failed++
	}
	printf "%d passed, %d failed, %d skipped of %d tests in %d s\n", count["passed"],
		count["failed"], count["skipped"], total, seconds
	exit failed > 0 || count["passed"] == 0
}
