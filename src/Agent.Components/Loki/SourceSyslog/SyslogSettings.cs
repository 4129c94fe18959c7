using Agent.Components.Common.Relabel;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>What is done to messages whichever listener took them; swapped as a whole, read once per batch.</summary>
internal sealed record SyslogSettings(Relabeler Rules, ILogConsumer Next)
{
    public static SyslogSettings From(LokiSourceSyslog.Arguments arguments, SyslogSettings? old)
    {
        // The same rules keep what was learnt about labels.
        Relabeler rules = old is not null && old.Rules.Rules.Equals(arguments.RelabelRules.Rules)
            ? old.Rules
            : new Relabeler(arguments.RelabelRules.Rules, LabelNameRule.Legacy);
        return new SyslogSettings(rules, LogFanOut.Of(arguments.ForwardTo));
    }
}
