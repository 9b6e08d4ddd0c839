"""A real Slurm on this one host, for as long as a test needs it: munged, slurmctld and slurmd of our own, as the user
who calls, on free ports of the loopback, with everything they write in one temporary folder. Nothing of it is left
behind, whatever happened; packages that were installed for it stay.

    with SlurmHost() as slurm:
        slurm.call("sbatch", "--wrap", "true")
"""
import atexit
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

CONFIGURATION = """
ClusterName=kurultai
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=10
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=100000,batch_sched_delay=0,bf_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=64000
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def why_not():
    """Why there can be no Slurm here; None if there can. Installs it where that is allowed."""
    if _missing():
        allowed = os.environ.get("KURULTAI_INSTALL") == "1" or os.environ.get("CI") == "true"
        if not (allowed and os.geteuid() == 0 and shutil.which("apt-get")):
            return f"no {_missing()[0]} here; as root on Debian, KURULTAI_INSTALL=1 lets the test install slurm-wlm"
        for command in (["update"], ["install", "-y", "--no-install-recommends", "slurm-wlm", "munge"]):
            subprocess.run(
                ["apt-get", "-q", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                check=False,
            )
        if _missing():
            return f"slurm-wlm could not be installed: no {_missing()[0]}"
    return None


def _missing():
    return [program for program in PROGRAMS if not shutil.which(program, path=PATH)]


def _free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class SlurmHost:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm-host-"))
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf")}
        self.daemons = []
        atexit.register(self.__exit__)  # for what passes by `with`: Ctrl-C in unittest, SIGTERM from ctest
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def __enter__(self):
        try:
            self._configure()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        atexit.unregister(self.__exit__)
        try:
            if len(self.daemons) == 3:
                self.call("scancel", "--full", "--signal=KILL", f"--user={os.geteuid()}", check=False, timeout=20)
            for daemon in reversed(self.daemons):
                daemon.terminate()
            for daemon in self.daemons:
                try:
                    daemon.wait(10)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
            # Steps and jobs outlive slurmd; they are known by the folder in their environment.
            for _ in range(50):
                left = list(self._processes())
                if not left:
                    break
                for process in left:
                    try:
                        os.kill(process, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                time.sleep(0.1)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _processes(self):
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if int(entry.name) != os.getpid() and os.fsencode(self.folder) in (entry / "environ").read_bytes():
                    yield int(entry.name)
            except OSError:
                pass  # gone, or another user's

    def _configure(self):
        for name in ("munge", "state", "spool"):
            (self.folder / name).mkdir(mode=0o755)
        self.folder.chmod(0o755)
        key = self.folder / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))
        controller, node = _free_ports(2)
        self.host = socket.gethostname().split(".")[0]
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(
                host=self.host, controller_port=controller, node_port=node, folder=self.folder, user=_user()
            )
        )

    def _start(self):
        munge = self.folder / "munge"
        self._daemon(
            "munged",
            "--foreground",
            "--force",
            f"--key-file={munge}/key",
            f"--socket={munge}/socket",
            f"--pid-file={munge}/pid",
            f"--log-file={munge}/log",
            f"--seed-file={munge}/seed",
        )
        self.wait(lambda: (munge / "socket").exists(), 20, "munged made no socket")
        self._daemon("slurmctld", "-D", "-i")
        self._daemon("slurmd", "-D", "-N", self.host)
        self.wait(
            lambda: self.call("sinfo", "--noheader", "--format=%T", check=False) == "idle", 60, "the node is not idle"
        )

    def _daemon(self, *command):
        log = open(self.folder / f"{command[0]}.out", "wb")
        with log:
            self.daemons.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self.environment,
                    cwd=self.folder,
                    start_new_session=True,
                )
            )

    def call(self, *command, check=True, timeout=60):
        """What a command of Slurm prints."""
        done = subprocess.run(
            [str(word) for word in command],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{command} exits {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait(self, happened, seconds, complaint):
        end = time.monotonic() + seconds
        while not happened():
            dead = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if dead or time.monotonic() > end:
                raise RuntimeError(
                    f"{complaint} ({', '.join(dead) + ' ended' if dead else f'in {seconds} s'})\n{self.logs()}"
                )
            time.sleep(0.1)

    def logs(self):
        """The ends of what the daemons wrote."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            for log in sorted(self.folder.glob("*.out"))
        )

    def job(self, number):
        """What the controller says of a job or array task: {"JobState": "RUNNING", ...}; of an array, its first
        part."""
        text = self.call("scontrol", "show", "job", "--oneliner", number, check=False).splitlines()
        return dict(word.split("=", 1) for word in text[0].split() if "=" in word) if text else {}

    def hurry(self):
        """Jobs that were put back into the queue may begin now; Slurm makes them wait for two minutes."""
        for job, state in self.waiting():
            if state == "PENDING" and self.job(job).get("Reason") == "BeginTime":
                self.call("scontrol", "update", f"JobId={job}", "StartTime=now", check=False)

    def waiting(self):
        """Jobs and array tasks that are not over, each (id, state)."""
        return [
            tuple(line.split()) for line in self.call("squeue", "--noheader", "--array", "--format=%i %T").splitlines()
        ]


def _user():
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name
