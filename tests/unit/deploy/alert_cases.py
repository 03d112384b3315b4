"""What Prometheus sees of a healthy installation, and what is different when each alert is due.

Values are in promtool's notation: `1x60` is 1 for an hour, `0+5x60` rises by five a minute; `{n}`
stands for as many minutes as there are. An empty value takes a series away.
"""

from typing import NamedTuple

_SERVICES = ("intake", "routing", "sla", "notify", "reporting")
_PROCESSES = (*_SERVICES, "gateway")


def still(value: float) -> str:
    return f"{value}x{{n}}"


def rising(per_minute: float) -> str:
    return f"0+{per_minute}x{{n}}"


HEALTHY: dict[str, str] = {
    **{f'up{{job="{name}",instance="{name}"}}': still(1) for name in _PROCESSES},
    **{
        f'{figure}{{job="{name}",instance="{name}"}}': still(value)
        for name in _PROCESSES
        for figure, value in {
            "process_start_time_seconds": 1000,
            "process_open_fds": 50,
            "process_max_fds": 1000,
        }.items()
    },
    **{
        f'process_cpu_seconds_total{{job="{name}",instance="{name}"}}': rising(6)
        for name in _PROCESSES
    },
    **{
        f'{figure}{{job="{name}"}}': still(value)
        for name in _SERVICES
        for figure, value in {
            "peygir_database_connected": 1,
            "peygir_broker_connected": 1,
            "peygir_relay_oldest_seconds": 0,
        }.items()
    },
    'peygir_webhooks_stopped{job="notify"}': still(0),
    'peygir_webhook_posts_total{job="notify",outcome="taken"}': rising(6),
    # One in thirty comes to nothing: it is tried again.
    'peygir_webhook_posts_total{job="notify",outcome="timeout"}': rising(0.2),
    'peygir_webhook_deliveries_total{job="notify",outcome="delivered"}': rising(6),
    'peygir_webhook_deliveries_total{job="notify",outcome="failed"}': still(0),
    'peygir_redis_connected{job="gateway"}': still(1),
    'peygir_http_requests_total{job="gateway",route="/a",method="POST",status="201"}': rising(60),
    'peygir_http_requests_total{job="gateway",route="/a",method="GET",status="200"}': rising(60),
    # One request in a thousand and a half fails: less than the promise allows.
    'peygir_http_requests_total{job="gateway",route="/a",method="POST",status="503"}': rising(0.04),
    'peygir_http_request_seconds_bucket{job="gateway",route="/a",method="POST",le="2.5"}': (
        rising(60)
    ),
    'peygir_http_request_seconds_bucket{job="gateway",route="/a",method="POST",le="+Inf"}': (
        rising(60)
    ),
    'peygir_calls_total{job="intake",method="register",outcome="ok"}': rising(60),
    'peygir_calls_total{job="intake",method="register",outcome="failed"}': still(0),
    'peygir_events_waiting_seconds{job="sla",source="routing"}': still(0.2),
    'peygir_stuck_streams{job="sla",source="routing"}': still(0),
    'peygir_lagging_streams{job="sla",source="routing"}': still(0),
    'peygir_events_undecodable_total{job="sla",source="routing"}': still(0),
    'peygir_due_overdue_seconds{job="sla"}': still(0),
    'peygir_lease_held{job="sla",lease="due"}': still(1),
    'peygir_due_lateness_seconds_count{job="sla"}': rising(10),
    'peygir_due_lateness_seconds_bucket{job="sla",le="1.0"}': rising(10),
    'peygir_job_runs_total{job="routing",name="hand_out",outcome="ok"}': rising(60),
    'peygir_job_runs_total{job="routing",name="hand_out",outcome="failed"}': still(0),
    'peygir_deliveries_oldest_seconds{job="notify",channel="sms"}': still(0),
    'peygir_deliveries_total{job="notify",channel="sms",outcome="sent"}': rising(20),
    'peygir_deliveries_total{job="notify",channel="sms",outcome="refused"}': rising(0.02),
    'peygir_deliveries_total{job="notify",channel="sms",outcome="failed"}': still(0),
    'peygir_delivery_seconds_count{job="notify",channel="sms"}': rising(20),
    'peygir_delivery_seconds_bucket{job="notify",channel="sms",le="60.0"}': rising(20),
    'peygir_pool_in_use{job="sla",instance="sla",pool="mongo"}': still(3),
    'peygir_pool_most{job="sla",instance="sla",pool="mongo"}': still(60),
    'rabbitmq_alarms_free_disk_space_watermark{job="rabbitmq",instance="r"}': still(0),
    'rabbitmq_alarms_memory_used_watermark{job="rabbitmq",instance="r"}': still(0),
    'rabbitmq_detailed_queue_consumers{queue="intake--sla.0.v1"}': still(1),
    'rabbitmq_detailed_queue_messages_ready{queue="intake--sla.0.v1"}': still(2),
    # Nobody reads a queue of dead messages, and nobody has to.
    'rabbitmq_detailed_queue_consumers{queue="intake--sla.dead"}': still(0),
    'node_filesystem_avail_bytes{instance="m",mountpoint="/",fstype="ext4"}': still(60),
    'node_filesystem_size_bytes{instance="m",mountpoint="/",fstype="ext4"}': still(100),
    'node_timex_offset_seconds{instance="m"}': still(0.001),
}


class Case(NamedTuple):
    """What is different, when the alert has to fire by then, and with which labels."""

    alert: str
    series: dict[str, str]
    minutes: int
    by: str = ""
    of: str = ""

    @property
    def alert_query(self) -> str:
        firing = f'ALERTS{{alertstate="firing",alertname="{self.alert}"}}'
        return f"sum by ({self.by}) ({firing})"

    @property
    def labels(self) -> str:
        return f'{{{self.by}="{self.of}"}}' if self.by else "{}"


_POSTS = 'peygir_http_requests_total{{job="gateway",route="/a",method="POST",status="{}"}}'
_SMS = 'peygir_deliveries_total{{job="notify",channel="sms",outcome="{}"}}'
_RUNS = 'peygir_job_runs_total{{job="routing",name="hand_out",outcome="{}"}}'

CASES = (
    Case("PeygirServiceAway", {'up{job="sla",instance="sla"}': "1x5 0x{n}"}, 8, "job", "sla"),
    # A process that is looked for no more is away as well.
    Case("PeygirServiceAway", {'up{job="notify",instance="notify"}': ""}, 3, "job", "notify"),
    Case("PeygirReplicaAway", {'up{job="sla",instance="2"}': still(0)}, 6, "instance", "2"),
    Case(
        "PeygirRestarts",
        {'process_start_time_seconds{job="sla",instance="sla"}': "1000 1060 1120 1180x{n}"},
        6,
        "job",
        "sla",
    ),
    Case("PeygirRequestsFail", {_POSTS.format("503"): rising(10)}, 12),
    Case(
        "PeygirRequestsSlow",
        {
            'peygir_http_request_seconds_bucket{job="gateway",route="/a",method="POST",le="2.5"}': (
                rising(50)
            ),
            'peygir_http_request_seconds_bucket{job="gateway",route="/a",method="POST",le="5.0"}': (
                rising(60)
            ),
        },
        15,
    ),
    Case(
        "PeygirCallsFail",
        {'peygir_calls_total{job="intake",method="register",outcome="failed"}': rising(1)},
        10,
        "method",
        "register",
    ),
    Case("PeygirDatabaseAway", {'peygir_database_connected{job="sla"}': still(0)}, 2, "job", "sla"),
    Case("PeygirBrokerAway", {'peygir_broker_connected{job="sla"}': still(0)}, 3, "job", "sla"),
    Case("PeygirRedisAway", {'peygir_redis_connected{job="gateway"}': still(0)}, 3),
    Case(
        "PeygirBrokerDiskLow",
        {'rabbitmq_alarms_free_disk_space_watermark{job="rabbitmq",instance="r"}': still(1)},
        2,
    ),
    Case(
        "PeygirBrokerMemoryLow",
        {'rabbitmq_alarms_memory_used_watermark{job="rabbitmq",instance="r"}': still(1)},
        2,
    ),
    Case(
        "PeygirDiskFills",
        {'node_filesystem_avail_bytes{instance="m",mountpoint="/",fstype="ext4"}': "19-0.05x{n}"},
        60,
    ),
    Case(
        "PeygirDiskFull",
        {'node_filesystem_avail_bytes{instance="m",mountpoint="/",fstype="ext4"}': still(9)},
        6,
    ),
    Case("PeygirClockWrong", {'node_timex_offset_seconds{instance="m"}': still(-2)}, 6),
    Case(
        "PeygirRelayBehind",
        {'peygir_relay_oldest_seconds{job="intake"}': "0+60x{n}"},
        6,
        "job",
        "intake",
    ),
    Case(
        "PeygirEventsLate",
        {'peygir_events_waiting_seconds{job="sla",source="routing"}': "0+60x{n}"},
        6,
        "source",
        "routing",
    ),
    Case(
        "PeygirQueueForsaken",
        {'rabbitmq_detailed_queue_consumers{queue="intake--sla.0.v1"}': still(0)},
        6,
        "queue",
        "intake--sla.0.v1",
    ),
    Case(
        "PeygirQueueGrows",
        {'rabbitmq_detailed_queue_messages_ready{queue="intake--sla.0.v1"}': still(20000)},
        11,
    ),
    Case("PeygirStuckTickets", {'peygir_stuck_streams{job="sla",source="routing"}': still(1)}, 2),
    Case(
        "PeygirLaggingTickets",
        {'peygir_lagging_streams{job="sla",source="routing"}': still(2)},
        31,
    ),
    Case(
        "PeygirUndecodableMessages",
        {'peygir_events_undecodable_total{job="sla",source="routing"}': "0x5 1x{n}"},
        9,
    ),
    Case("PeygirAlarmsOverdue", {'peygir_due_overdue_seconds{job="sla"}': "0+60x{n}"}, 4),
    Case("PeygirNobodyTimes", {'peygir_lease_held{job="sla",lease="due"}': still(0)}, 2),
    Case(
        "PeygirJobFails",
        {_RUNS.format("ok"): still(100), _RUNS.format("failed"): rising(1)},
        17,
        "name",
        "hand_out",
    ),
    Case(
        "PeygirMessagesWait",
        {'peygir_deliveries_oldest_seconds{job="notify",channel="sms"}': "0+60x{n}"},
        12,
        "channel",
        "sms",
    ),
    Case("PeygirMessagesRefused", {_SMS.format("refused"): rising(10)}, 20, "channel", "sms"),
    Case("PeygirWebhookStopped", {'peygir_webhooks_stopped{job="notify"}': still(1)}, 3),
    Case(
        "PeygirWebhooksFail",
        {'peygir_webhook_posts_total{job="notify",outcome="timeout"}': rising(10)},
        65,
    ),
    Case(
        "PeygirWebhookEventsGivenUp",
        {'peygir_webhook_deliveries_total{job="notify",outcome="failed"}': rising(1)},
        5,
    ),
    Case(
        "PeygirProcessorFull",
        {'process_cpu_seconds_total{job="sla",instance="sla"}': rising(59)},
        22,
        "job",
        "sla",
    ),
    Case("PeygirFilesRunOut", {'process_open_fds{job="sla",instance="sla"}': still(900)}, 6),
    Case(
        "PeygirPoolFull",
        {'peygir_pool_in_use{job="sla",instance="sla",pool="mongo"}': still(60)},
        6,
        "pool",
        "mongo",
    ),
    # 1.6 % of what is sent is refused: a month's share in two days.
    Case("PeygirAcceptingBurnsFast", {_POSTS.format("503"): rising(1)}, 20, "promise", "accepting"),
    Case(
        "PeygirAcceptingBurnsSlow", {_POSTS.format("503"): rising(0.25)}, 180, "severity", "warning"
    ),
    Case("PeygirTellingBurnsFast", {_SMS.format("failed"): rising(10)}, 20, "promise", "telling"),
    Case(
        "PeygirTellingBurnsSlow", {_SMS.format("failed"): rising(0.8)}, 180, "severity", "warning"
    ),
    Case(
        "PeygirTimingBurnsFast",
        {'peygir_due_lateness_seconds_bucket{job="sla",le="1.0"}': rising(8)},
        20,
        "promise",
        "timing",
    ),
    Case(
        "PeygirTimingBurnsSlow",
        {'peygir_due_lateness_seconds_bucket{job="sla",le="1.0"}': rising(9.8)},
        45,
    ),
)
