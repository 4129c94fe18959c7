using System.Net;

namespace Agent.Web.Tests;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:12345", "127.0.0.1", 12345)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80)]
    [InlineData("[::1]:80", "::1", 80)]
    public void Hosts_and_ports_are_read(string text, string address, int port) =>
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), ListenAddress.Resolve(text));

    [Fact]
    public void No_host_means_every_address() => Assert.Contains(ListenAddress.Resolve(":99").Address, (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any]);

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("localhost:http")]
    [InlineData("localhost:99999")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => ListenAddress.Resolve(text));
}
