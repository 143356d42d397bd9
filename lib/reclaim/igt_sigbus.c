/* SPDX-License-Identifier: MIT */
/**
 * Catching SIGBUS around one access.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "reclaim/igt_sigbus.h"

struct catcher {
	sigjmp_buf back;
	volatile struct igt_sigbus seen;
};

/* The access this thread is making; NULL: none, a SIGBUS is a crash. */
static __thread struct catcher *volatile active;

static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction former;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	struct catcher *catcher = active;

	if (catcher) {
		catcher->seen.raised = true;
		catcher->seen.code = info->si_code;
		catcher->seen.address = info->si_addr;
		siglongjmp(catcher->back, 1);
	}
	if (former.sa_flags & SA_SIGINFO) {
		former.sa_sigaction(sig, info, context);
	} else if (former.sa_handler != SIG_DFL && former.sa_handler != SIG_IGN) {
		former.sa_handler(sig);
	} else {
		/* The access is repeated on return, and is then deadly. */
		signal(sig, SIG_DFL);
	}
}

/*
 * The handler stays: to put the former one back after each access would take it away from a
 * second thread's. Somebody may have set another since; that one is the former then.
 */
static void install(void)
{
	struct sigaction ours = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO}, current;

	pthread_mutex_lock(&install_lock);
	sigaction(SIGBUS, NULL, &current);
	if (!(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != on_sigbus) {
		former = current;
		sigaction(SIGBUS, &ours, NULL);
	}
	pthread_mutex_unlock(&install_lock);
}

struct igt_sigbus igt_sigbus_catch(void (*function)(void *data), void *data)
{
	struct catcher catcher = {.seen = {.raised = false}};

	install();
	if (sigsetjmp(catcher.back, 1) == 0) {
		active = &catcher;
		function(data);
	}
	active = NULL;
	return (struct igt_sigbus){
		.raised = catcher.seen.raised,
		.code = catcher.seen.code,
		.address = catcher.seen.address,
	};
}

static void read_byte(void *data)
{
	(void)*(volatile uint8_t *)data;
}

static void write_byte(void *data)
{
	*(volatile uint8_t *)data = 0;
}

struct igt_sigbus igt_sigbus_probe(void *address, enum igt_access access)
{
	return igt_sigbus_catch(access == IGT_ACCESS_READ ? read_byte : write_byte, address);
}
