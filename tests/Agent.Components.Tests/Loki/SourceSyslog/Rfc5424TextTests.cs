using System.Text;
using Agent.Components.Loki.SourceSyslog;
using Agent.Telemetry;

namespace Agent.Components.Tests.Loki.SourceSyslog;

public sealed class Rfc5424TextTests
{
    [Theory]
    [InlineData("<165>1 2018-10-11T22:14:15.003Z host5 e - id1 [custom@32473 exkey=\"1\"] An entry", null)]
    [InlineData("<0>999 - - - - - -", null)]
    [InlineData("<1>1 - - - - - - ", "<1>1 - - - - - -")]
    [InlineData("<1>1 2018-10-11T22:14:15.120000+00:00 h a p m - x", "<1>1 2018-10-11T22:14:15.12Z h a p m - x")]
    [InlineData("<1>1 2018-10-11T22:14:15.000-03:30 h a p m - x", "<1>1 2018-10-11T22:14:15-03:30 h a p m - x")]
    [InlineData("<1>1 2018-10-11T22:14:15.123456789Z h a p m - x", "<1>1 2018-10-11T22:14:15.123456Z h a p m - x")]
    [InlineData("<1>1 - - - - - [b z=\"1\" a=\"\\\"\" z=\"2\"][a] x", "<1>1 - - - - - [a][b a=\"\\\"\" z=\"2\"] x")]
    public void A_message_is_written_in_its_usual_form(string text, string? expected)
    {
        Assert.True(Rfc5424Parser.TryParse(Encoding.UTF8.GetBytes(text), out SyslogMessage message, out SyslogError error), error.ToString());
        using var bytes = new PooledBytes();
        Assert.Equal(expected ?? text, Encoding.UTF8.GetString(new Rfc5424Text().Write(message, bytes).Span));
    }
}
