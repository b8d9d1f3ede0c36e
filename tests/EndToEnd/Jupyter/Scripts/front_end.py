"""What the scripts of this folder share: a kernel started as a front end starts it, and a client that waits."""

import contextlib
import os
import time

from jupyter_client.manager import KernelManager

PATIENCE = 120


class FrontEnd:
    def __init__(self):
        self.manager = KernelManager(kernel_name=os.environ["COURSE_KERNEL"])
        self.manager.start_kernel()
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def reply(self, msg_id):
        while True:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == msg_id:
                return message["content"]

    def published(self, msg_id):
        """The messages published for a request, up to the idle state."""
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return messages
            messages.append(message)

    def run(self, code, **options):
        """Runs a cell, and gives its reply and what it put out."""
        msg_id = self.client.execute(code, **options)
        outputs = self.published(msg_id)
        return self.reply(msg_id), [m for m in outputs if m["msg_type"] not in ("status", "execute_input")]

    def value(self, code):
        """The plain text of a cell's result."""
        reply, outputs = self.run(code)
        assert reply["status"] == "ok", reply
        return outputs[-1]["content"]["data"]["text/plain"]

    def text(self, outputs, name="stdout"):
        return "".join(m["content"]["text"] for m in outputs if m["msg_type"] == "stream" and m["content"]["name"] == name)

    def start_endless(self, code):
        """Starts a cell that does not end, and waits until it runs."""
        msg_id = self.client.execute('Console.WriteLine("started");\n' + code)
        self.published_first(msg_id, "stream")
        return msg_id

    def published_first(self, msg_id, kind):
        """Waits for the first message of a kind that is published for a request."""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == msg_id:
                assert message["msg_type"] != "error", message["content"]
                if message["msg_type"] == kind:
                    return message

    def interrupt_and_wait(self):
        """Interrupts, and waits for the reply: what is asked for afterwards cannot be hit by this interrupt any more."""
        message = self.client.session.msg("interrupt_request", content={})
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]

    def close(self):
        with contextlib.suppress(Exception):
            self.client.stop_channels()
            self.manager.shutdown_kernel(now=True)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, patience=PATIENCE):
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < patience, "it did not happen"
        time.sleep(0.05)
