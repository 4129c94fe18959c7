namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Words for facilities and severities, as the field's label values have them.</summary>
internal static class SyslogNames
{
    private const int Severities = 8;

    private static readonly string[] Levels = ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];

    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "clock daemon", "authpriv", "ftp",
        "NTP subsystem", "log audit", "log alert", "cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    public static string Severity(int priority) => Levels[priority % Severities];

    /// <summary>Empty for a facility that has no name: raw lines may carry one.</summary>
    public static string Facility(int priority) => priority / Severities < Facilities.Length ? Facilities[priority / Severities] : "";
}
