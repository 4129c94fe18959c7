namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Errors of IPsec transformations, from /proc/net/xfrm_stat.</summary>
internal sealed class XfrmCollector : IUnixCollector
{
    private static readonly Dictionary<string, Family> Fields = new(StringComparer.Ordinal)
    {
        ["XfrmInError"] = Of("in_error_packets_total", "All errors not matched by other"),
        ["XfrmInBufferError"] = Of("in_buffer_error_packets_total", "No buffer is left"),
        ["XfrmInHdrError"] = Of("in_hdr_error_packets_total", "Header error"),
        ["XfrmInNoStates"] = Of("in_no_states_packets_total", "No state is found i.e. Either inbound SPI, address, or IPsec protocol at SA is wrong"),
        ["XfrmInStateProtoError"] = Of("in_state_proto_error_packets_total", "Transformation protocol specific error e.g. SA key is wrong"),
        ["XfrmInStateModeError"] = Of("in_state_mode_error_packets_total", "Transformation mode specific error"),
        ["XfrmInStateSeqError"] = Of("in_state_seq_error_packets_total", "Sequence error i.e. Sequence number is out of window"),
        ["XfrmInStateExpired"] = Of("in_state_expired_packets_total", "State is expired"),
        ["XfrmInStateMismatch"] = Of("in_state_mismatch_packets_total", "State has mismatch option e.g. UDP encapsulation type is mismatch"),
        ["XfrmInStateInvalid"] = Of("in_state_invalid_packets_total", "State is invalid"),
        ["XfrmInTmplMismatch"] = Of("in_tmpl_mismatch_packets_total", "No matching template for states e.g. Inbound SAs are correct but SP rule is wrong"),
        ["XfrmInNoPols"] = Of("in_no_pols_packets_total", "No policy is found for states e.g. Inbound SAs are correct but no SP is found"),
        ["XfrmInPolBlock"] = Of("in_pol_block_packets_total", "Policy discards"),
        ["XfrmInPolError"] = Of("in_pol_error_packets_total", "Policy error"),
        ["XfrmOutError"] = Of("out_error_packets_total", "All errors which is not matched others"),
        ["XfrmOutBundleGenError"] = Of("out_bundle_gen_error_packets_total", "Bundle generation error"),
        ["XfrmOutBundleCheckError"] = Of("out_bundle_check_error_packets_total", "Bundle check error"),
        ["XfrmOutNoStates"] = Of("out_no_states_packets_total", "No state is found"),
        ["XfrmOutStateProtoError"] = Of("out_state_proto_error_packets_total", "Transformation protocol specific error"),
        ["XfrmOutStateModeError"] = Of("out_state_mode_error_packets_total", "Transformation mode specific error"),
        ["XfrmOutStateSeqError"] = Of("out_state_seq_error_packets_total", "Sequence error i.e. Sequence number overflow"),
        ["XfrmOutStateExpired"] = Of("out_state_expired_packets_total", "State is expired"),
        ["XfrmOutPolBlock"] = Of("out_pol_block_packets_total", "Policy discards"),
        ["XfrmOutPolDead"] = Of("out_pol_dead_packets_total", "Policy is dead"),
        ["XfrmOutPolError"] = Of("out_pol_error_packets_total", "Policy error"),
        ["XfrmFwdHdrError"] = Of("fwd_hdr_error_packets_total", "Forward routing of a packet is not allowed"),
        ["XfrmOutStateInvalid"] = Of("out_state_invalid_packets_total", "State is invalid, perhaps expired"),
        ["XfrmAcquireError"] = Of("acquire_error_packets_total", "State hasn’t been fully acquired before use"),
    };

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("net/xfrm_stat"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (TextScan.TryField(ref line, out ReadOnlySpan<byte> name) && Fields.TryGetValue(scrape.Names[name], out Family? family))
            {
                scrape.Output.Write(family, TextScan.NumberField(ref line, "/proc/net/xfrm_stat"));
            }
        }
    }

    private static Family Of(string name, string help) => Family.Counter("node_xfrm_" + name, help);
}
