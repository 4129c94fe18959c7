using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;

namespace Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;

/// <summary>Holds a server's answer against a module's rules.</summary>
internal static class RecordCheck
{
    public static bool HasValidRcode(int rcode, IReadOnlyList<string>? valid, ProbeLog log)
    {
        var numbers = new List<int>();
        foreach (string name in valid ?? ["NOERROR"])
        {
            if (DnsNumbers.Rcode(name) is not { } number)
            {
                log.Error("Invalid rcode", ("rcode", name));
                return false;
            }
            numbers.Add(number);
        }
        if (numbers.Contains(rcode))
        {
            return true;
        }
        log.Error("Rcode is not one of the valid rcodes", ("rcode", rcode), ("string_rcode", DnsNumbers.RcodeName(rcode)));
        return false;
    }

    public static bool IsValid(IReadOnlyList<DnsProbeRecord> records, RecordRules rules, string section, ProbeLog log)
    {
        log.Debug($"Validating {section} RRs", ("count", records.Count));
        bool isValid = Check(records, rules, log);
        if (!isValid)
        {
            log.Error($"{section} RRs validation failed");
        }
        return isValid;
    }

    private static bool Check(IReadOnlyList<DnsProbeRecord> records, RecordRules rules, ProbeLog log)
    {
        if (records.Count == 0 && (rules.FailIfNotMatches.Count > 0 || rules.FailIfNoneMatches.Count > 0))
        {
            string name = rules.FailIfNotMatches.Count > 0 ? "fail_if_not_matches_regexp" : "fail_if_none_matches_regexp";
            log.Error($"{name} specified but no RRs returned");
            return false;
        }
        bool anyMatches = false;
        bool allMatch = true;
        foreach (DnsProbeRecord record in records)
        {
            log.Debug("Validating RR", ("rr", record.Text));
            if (!CheckRecord(record, rules, log, ref anyMatches, ref allMatch))
            {
                return false;
            }
        }
        if (rules.FailIfAllMatch.Count > 0 && !allMatch)
        {
            // Upstream has it this way round, in spite of the option's name: it fails unless all records match.
            log.Error("Not all RRs matched regexp");
            return false;
        }
        if (rules.FailIfNoneMatches.Count > 0 && !anyMatches)
        {
            log.Error("None of the RRs did matched any regexp");
            return false;
        }
        return true;
    }

    private static bool CheckRecord(DnsProbeRecord record, RecordRules rules, ProbeLog log, ref bool anyMatches, ref bool allMatch)
    {
        foreach (RecordRule rule in rules.FailIfMatches)
        {
            if (Matches(rule, record, log) is not false)
            {
                log.Error("At least one RR matched regexp", ("regexp", rule.Text), ("rr", record.Text));
                return false;
            }
        }
        foreach (RecordRule rule in rules.FailIfAllMatch)
        {
            bool? matches = Matches(rule, record, log);
            if (matches is null)
            {
                return false;
            }
            allMatch &= matches.Value;
        }
        foreach (RecordRule rule in rules.FailIfNotMatches)
        {
            if (Matches(rule, record, log) is not true)
            {
                log.Error("At least one RR did not match regexp", ("regexp", rule.Text), ("rr", record.Text));
                return false;
            }
        }
        foreach (RecordRule rule in rules.FailIfNoneMatches)
        {
            bool? matches = Matches(rule, record, log);
            if (matches is null)
            {
                return false;
            }
            anyMatches |= matches.Value;
        }
        return true;
    }

    private static bool? Matches(RecordRule rule, DnsProbeRecord record, ProbeLog log)
    {
        if (rule.Regexp is null)
        {
            log.Error("Error matching regexp", ("regexp", rule.Text), ("err", rule.Error));
        }
        return rule.Regexp?.IsMatch(record.Text);
    }
}
