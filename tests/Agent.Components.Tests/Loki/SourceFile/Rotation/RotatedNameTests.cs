using Agent.Components.Loki.SourceFile.Rotation;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

public sealed class RotatedNameTests
{
    [Theory]
    [InlineData("0.log", "0.log.20260102-150405", "20260102150405", true, false)]
    [InlineData("0.log", "0.log.20260102-150405.gz", "20260102150405", true, true)]
    [InlineData("app.log", "app.log.1", "1", false, false)]
    [InlineData("app.log", "app.log.12.bz2", "12", false, true)]
    [InlineData("app.log", "app.log.3.Z", "3", false, true)]
    [InlineData("app.log", "app.log-20260102", "20260102", true, false)]
    [InlineData("app.log", "app.log-20260102-1767366245.xz", "202601021767366245", true, true)]
    [InlineData("app.log", "app-2026-01-02T15-04-05.000.log", "20260102150405000", true, false)]
    [InlineData("app.log", "app-20260102.log.gz", "20260102", true, true)]
    [InlineData("syslog", "syslog.1", "1", false, false)]
    public void Names_that_rotators_give_are_known(string live, string name, string digits, bool isDated, bool isCompressed)
    {
        Assert.True(RotatedName.TryParse(live, name, out RotatedName parsed));

        Assert.Equal((digits, isDated, isCompressed), (parsed.Digits, parsed.IsDated, parsed.IsCompressed));
    }

    [Theory]
    [InlineData("0.log", "0.log")]
    [InlineData("0.log", "1.log")]
    [InlineData("0.log", "0.log.20260102-150405.tmp")]
    [InlineData("0.log", "0.log.gz")]
    [InlineData("app.log", "app-2.log")]
    [InlineData("app.log", "app.log.old")]
    [InlineData("app.log", "app.log.1.swp")]
    [InlineData("app.log", "app.log.")]
    [InlineData("app.log", "application.log.1")]
    [InlineData("app", "app-2")]
    [InlineData("app.log", "app.log.1-2")]
    public void Other_names_are_not(string live, string name) => Assert.False(RotatedName.TryParse(live, name, out _));
}
