using System.Globalization;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Components.Prometheus.ExporterUnix.DBus;
using Agent.Sdk.Patterns;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.DBus;

public sealed class SystemdCollectorTests
{
    [Fact]
    public void Units_are_reported_with_the_type_of_services()
    {
        using var bus = new FakeBus(Answer);

        string text = Scrape(new SystemdOptions(), bus.Address);

        Assert.Contains("node_systemd_version{version=\"255.4-1ubuntu8\"} 255.4\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_virtualization_info{virtualization_type=\"none\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_system_running 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_units{state=\"active\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_units{state=\"failed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_units{state=\"deactivating\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_state{name=\"ssh.service\",state=\"active\",type=\"notify\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_state{name=\"ssh.service\",state=\"failed\",type=\"notify\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_state{name=\"app.service\",state=\"failed\",type=\"notify\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_timer_last_trigger_seconds{name=\"a.timer\"} 1.7e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_socket_accepted_connections_total{name=\"s.socket\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE node_systemd_socket_refused_connections_total gauge\n", text, StringComparison.Ordinal);
        // Excluded by its suffix, not loaded, and not asked for.
        Assert.DoesNotContain("dev.device", text, StringComparison.Ordinal);
        Assert.DoesNotContain("gone.service", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_systemd_service_restart_total", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_systemd_unit_tasks", text, StringComparison.Ordinal);
        Assert.StartsWith("AUTH EXTERNAL 3", bus.User, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_add_restarts_start_times_and_tasks_and_choose_units_by_their_whole_name()
    {
        using var bus = new FakeBus(Answer);
        var options = new SystemdOptions
        {
            EnableRestarts = true,
            StartTime = true,
            TaskMetrics = true,
            UnitInclude = Pattern.Parse("ssh|(app|ssh)\\.service"),
        };

        string text = Scrape(options, bus.Address);

        Assert.Contains("node_systemd_service_restart_total{name=\"ssh.service\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_start_time_seconds{name=\"ssh.service\"} 1.6e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_start_time_seconds{name=\"app.service\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_tasks_current{name=\"ssh.service\"} 7\n", text, StringComparison.Ordinal);
        // No limit is the largest number.
        Assert.DoesNotContain("node_systemd_unit_tasks_max", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a.timer", text, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Calls, call => call.Arguments.Contains("LastTriggerUSec"));
    }

    [Fact]
    public void More_units_than_fit_into_one_batch_are_all_asked()
    {
        Action<DBusBytes>[] many = [.. Enumerable.Range(0, 300).Select(i => Unit(string.Create(CultureInfo.InvariantCulture, $"s{i}.service"), "active"))];
        using var bus = new FakeBus(call => call.Member == "ListUnits" ? DBusBytes.Structures(many) : Answer(call));

        string text = Scrape(new SystemdOptions(), bus.Address);

        Assert.Contains("node_systemd_units{state=\"active\"} 300\n", text, StringComparison.Ordinal);
        Assert.Contains("node_systemd_unit_state{name=\"s299.service\",state=\"active\",type=\"notify\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_systemd_reports_neither_its_state_nor_timers()
    {
        using var bus = new FakeBus(call => call.Arguments is [_, "Version"] ? DBusBytes.Variant("208") : Answer(call));

        string text = Scrape(new SystemdOptions(), bus.Address);

        Assert.Contains("node_systemd_version{version=\"208\"} 208\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_systemd_system_running", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_systemd_timer", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_a_bus_says_so()
    {
        var error = Assert.Throws<CollectorException>(() => Scrape(new SystemdOptions(), new DBusAddress("/nonexistent/bus")));

        Assert.StartsWith("cannot connect to D-Bus at /nonexistent/bus: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_refuses_the_user_says_so()
    {
        using var bus = new FakeBus(Answer, "REJECTED EXTERNAL\r\n");

        var error = Assert.Throws<CollectorException>(() => Scrape(new SystemdOptions(), bus.Address));

        Assert.Contains("refuses the user: REJECTED", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_systemd_is_named()
    {
        using var bus = new FakeBus(call => call.Member == "ListUnits" ? null : Answer(call));

        var error = Assert.Throws<CollectorException>(() => Scrape(new SystemdOptions(), bus.Address));

        Assert.Equal(
            "cannot call org.freedesktop.systemd1.Manager.ListUnits: org.freedesktop.DBus.Error.UnknownProperty", error.Message);
    }

    [Fact]
    public void Sessions_are_counted_by_seat_and_kind()
    {
        using var bus = new FakeBus(Logind);
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();

        new LogindCollector([bus.Address]).Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider()));

        string text = NodeFixtures.Text(output);
        Assert.Contains("node_logind_sessions{class=\"user\",remote=\"true\",seat=\"\",type=\"tty\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("node_logind_sessions{class=\"other\",remote=\"false\",seat=\"seat0\",type=\"wayland\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_logind_sessions{class=\"user\",remote=\"false\",seat=\"seat0\",type=\"mir\"} 0\n", text, StringComparison.Ordinal);
        Assert.Equal(2 * 7 * 5 * 2, text.Split("node_logind_sessions{").Length - 1);
    }

    [Theory]
    [InlineData("unix:path=/run/a%20b,guid=1;tcp:host=x;unix:guid=2,abstract=bus", "/run/a b", "\0bus")]
    [InlineData("tcp:host=localhost,port=1")]
    public void Addresses_name_sockets(string list, params string[] paths) =>
        Assert.Equal(paths, DBusAddress.Parse(list).Select(address => address.Path));

    [Fact]
    public void A_message_cut_short_or_too_long_is_an_error()
    {
        byte[] whole = DBusBytes.Message(2, 1, 1, null, DBusBytes.Variant("x"));
        Assert.Throws<CollectorException>(() =>
        {
            var reader = new DBusReader(whole.AsSpan(0, 20));
            reader.Skip(16);
            reader.UInt64();
        });
        byte[] huge = [.. whole];
        huge[7] = 0x7f;
        Assert.Throws<CollectorException>(() => DBusMessage.LengthOf(huge));
    }

    private static byte[]? Answer(BusCall call) => call.Member == "ListUnits"
        ? DBusBytes.Structures(
            Unit("ssh.service", "active"), Unit("app.service", "failed"), Unit("a.timer", "active"), Unit("s.socket", "inactive"),
            Unit("dev.device", "active"), Unit("gone.service", "inactive", "not-found"))
        : call.Arguments switch
        {
            [_, "Version"] => DBusBytes.Variant("255.4-1ubuntu8"),
            [_, "Virtualization"] => DBusBytes.Variant(""),
            [_, "SystemState"] => DBusBytes.Variant("running"),
            [_, "Type"] => DBusBytes.Variant("notify"),
            [_, "NRestarts"] => DBusBytes.Variant(2u),
            [_, "TasksCurrent"] => call.Path.EndsWith("ssh_2eservice", StringComparison.Ordinal) ? DBusBytes.Variant(7UL) : null,
            [_, "TasksMax"] => DBusBytes.Variant(ulong.MaxValue),
            ["org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp"] => DBusBytes.Variant(1_600_000_000_000_000UL),
            [_, "LastTriggerUSec"] => DBusBytes.Variant(1_700_000_000_000_000UL),
            [_, "NAccepted"] => DBusBytes.Variant(5u),
            [_, "NConnections" or "NRefused"] => DBusBytes.Variant(0u),
            _ => null,
        };

    private static byte[]? Logind(BusCall call) => call.Member switch
    {
        "ListSeats" => DBusBytes.Structures(seat => seat.Text("seat0").Text("/org/freedesktop/login1/seat/seat0")),
        "ListSessions" => DBusBytes.Structures(Session("c1", "seat0"), Session("2", ""), Session("3", ""), Session("gone", "")),
        _ => (call.Path, call.Arguments[1]) switch
        {
            ("/session/gone", _) => null,
            ("/session/c1", "Remote") => DBusBytes.Variant(false),
            ("/session/c1", "Type") => DBusBytes.Variant("wayland"),
            ("/session/c1", "Class") => DBusBytes.Variant("manager"),
            (_, "Remote") => DBusBytes.Variant(true),
            (_, "Type") => DBusBytes.Variant("tty"),
            _ => DBusBytes.Variant("user"),
        },
    };

    private static Action<DBusBytes> Session(string id, string seat) =>
        session => session.Text(id).UInt32(1000).Text("me").Text(seat).Text("/session/" + id);

    private static Action<DBusBytes> Unit(string name, string active, string load = "loaded") => unit => unit
        .Text(name).Text("About " + name).Text(load).Text(active).Text("running").Text("")
        .Text("/org/freedesktop/systemd1/unit/" + name.Replace(".", "_2e", StringComparison.Ordinal)).UInt32(0).Text("").Text("/");

    private static string Scrape(SystemdOptions options, DBusAddress address)
    {
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();
        new SystemdCollector(options, [address]).Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider()));
        return NodeFixtures.Text(output);
    }
}
